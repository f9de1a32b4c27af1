/** Shells that the program completes commands in, each with what it has to be given once. Every script calls `gordon-data complete`. */
export const SCRIPTS = {
  bash: `# eval "$(gordon-data completion bash)" in ~/.bashrc
_gordon_data() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _gordon_data gordon-data`,
  zsh: `#compdef gordon-data
# eval "$(gordon-data completion zsh)" in ~/.zshrc, after compinit
_gordon_data() {
  local -a found
  local line
  for line in "\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#found} )); then _describe -t values gordon-data found; else _files; fi
}
compdef _gordon_data gordon-data`,
  fish: `# gordon-data completion fish | source, in ~/.config/fish/config.fish
function __gordon_data_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  $words[1] complete -- $words[2..-1] "$typed" 2>/dev/null
end
complete -c gordon-data -n 'not contains -- (commandline -opc)[-1] --out' -f -a '(__gordon_data_complete)'`,
} as const;

export type Shell = keyof typeof SCRIPTS;
