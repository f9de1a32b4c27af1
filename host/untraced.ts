/**
 * Imported before whatever loads the functions. Where X-Ray's SDK follows a call through the program it watches every promise,
 * which costs a busy host a fifth of its time; outside of Lambda nothing is traced, so tracing is turned off.
 */
process.env.AWS_XRAY_MANUAL_MODE ??= '1';
