/*
 * The process's locale as Java wants it: language, script, country and variant of LC_MESSAGES
 * (display) and LC_CTYPE (format).
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include "svm_locale.h"

struct parts {
  const char *language, *script, *country, *variant;
};

static const struct {
  const char *modifier, *script;
} scripts[] = {
    {"arabic", "Arab"}, {"cyrillic", "Cyrl"}, {"devanagari", "Deva"}, {"latin", "Latn"}, {"iqtelif", "Latn"}};

static svm_locale_props_t properties;

static int is_posix(const char *name) {
  return !strcmp(name, "C") || !strcmp(name, "POSIX") || !strncmp(name, "C.", 2);
}

static void apply_modifier(const char *modifier, struct parts *parts) {
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
    if (!strcasecmp(modifier, scripts[i].modifier)) {
      parts->script = scripts[i].script;
      return;
    }
  }
  /* "@euro" only ever named a currency */
  if (strncasecmp(modifier, "euro", 4)) parts->variant = modifier;
}

/*
 * The name of a category's locale, from the variables and in the order of setlocale(3). Not from setlocale itself: that
 * would read a dozen files of locale data at each start, and no C function whose result depends on them is called.
 */
static const char *locale_name(const char *category) {
  const char *variables[] = {"LC_ALL", category, "LANG"};
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const char *value = getenv(variables[i]);
    if (value && *value) return value;
  }
  return "C";
}

/* Splits language[_COUNTRY][.encoding][@modifier], see setlocale(3). Returns 0 when out of memory. */
static int parse(const char *category, struct parts *parts) {
  const char *name = locale_name(category);
  memset(parts, 0, sizeof *parts);
  if (is_posix(name)) {
    parts->language = "en";
    return 1;
  }
  char *text = strdup(name); /* never freed: the result points into it for the life of the process */
  if (!text) return 0;
  char *modifier = strchr(text, '@');
  if (modifier) *modifier++ = 0;
  char *encoding = strchr(text, '.');
  if (encoding) *encoding = 0;
  char *country = strchr(text, '_');
  if (country) *country++ = 0;
  parts->language = *text ? text : "en";
  if (country && *country) parts->country = country;
  if (modifier && *modifier) apply_modifier(modifier, parts);
  return 1;
}

int svm_initialize_locale(void) {
  struct parts display, format;
  if (!parse("LC_MESSAGES", &display) || !parse("LC_CTYPE", &format)) return SVM_LOCALE_INITIALIZATION_OUT_OF_MEMORY;
  properties = (svm_locale_props_t){display.language, display.script, display.country, display.variant,
                                    format.language,  format.script,  format.country,  format.variant};
  return SVM_LOCALE_INITIALIZATION_SUCCEEDED;
}

const svm_locale_props_t *svm_get_locale(void) {
  return &properties;
}
