/* The printf family of OpenJDK's jvm_io.h: -1 when the text did not fit, and always terminated. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

int jio_vsnprintf(char *text, size_t size, const char *format, va_list arguments) {
  if (size == 0 || size > INTPTR_MAX) return -1;
  int length = vsnprintf(text, size, format, arguments);
  if (length >= 0 && (size_t)length < size) return length;
  text[size - 1] = 0;
  return -1;
}

int jio_snprintf(char *text, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = jio_vsnprintf(text, size, format, arguments);
  va_end(arguments);
  return length;
}

int jio_vfprintf(FILE *stream, const char *format, va_list arguments) {
  return vfprintf(stream, format, arguments);
}

int jio_fprintf(FILE *stream, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vfprintf(stream, format, arguments);
  va_end(arguments);
  return length;
}
