/** What a unit of systemd starts. */
export interface ServiceProgram {
  /** absolute path of Node.js */
  readonly node: string;
  /** absolute path of `bin/gordon-data` */
  readonly launcher: string;
}

export const SERVICE = 'gordon-data';
export const UNIT_FILE = `/etc/systemd/system/${SERVICE}.service`;
/** Settings of the operator, such as GORDON_LISTEN or keys; read by root before the program starts. */
export const SETTINGS_FILE = `/etc/${SERVICE}.env`;

/** Folders of users, which the sandbox hides. */
const HIDDEN = /^\/(home|root|run\/user)\//;

/** Those of the program's files that the sandbox hides. */
export const hiddenFrom = ({ node, launcher }: ServiceProgram): readonly string[] =>
  [node, launcher].filter((file) => HIDDEN.test(file));

/**
 * The unit: a user of its own, a file system that it can only read except for its state, no capability, no device, no other
 * processes, and the system calls of an ordinary service. Node.js compiles at run time, so memory may be written and executed.
 */
export function serviceUnit({ node, launcher }: ServiceProgram): string {
  return `[Unit]
Description=gordon-data, a market-data warehouse
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
ExecStart=${quoted(node)} ${quoted(launcher)} up --foreground
Restart=always
RestartSec=5
TimeoutStartSec=15min
TimeoutStopSec=2min
# The host ends its database in order; what is left after that is killed.
KillMode=mixed
Environment=GORDON_DATABASE=embedded
Environment=GORDON_DIR=%S/${SERVICE}
Environment=NODE_COMPILE_CACHE=%C/${SERVICE}
EnvironmentFile=-${SETTINGS_FILE}

DynamicUser=yes
StateDirectory=${SERVICE}
StateDirectoryMode=0700
CacheDirectory=${SERVICE}
CacheDirectoryMode=0700
UMask=0077
LimitNOFILE=65536

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
PrivateIPC=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** As systemd takes it for one word. */
const quoted = (path: string): string =>
  /^[\w./@+-]+$/.test(path)
    ? path
    : `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
