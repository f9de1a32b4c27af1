/**
 * Imported before any module that loads the functions. X-Ray's SDK watches every promise, which costs a busy host a fifth of its
 * time. Nothing is traced outside of Lambda, so tracing is turned off here.
 */
process.env.AWS_XRAY_MANUAL_MODE ??= '1';
