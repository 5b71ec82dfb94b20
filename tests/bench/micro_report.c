/* See micro_report.h. The table is Markdown, so that it can be put into a page as it is. */
#include "tests/bench/micro_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static double load_now(void)
{
    double load = -1;
    return getloadavg(&load, 1) == 1 ? load : -1;
}

void micro_report_machine(micro_machine *machine)
{
    *machine = (micro_machine){.model = "unknown processor", .processors = sysconf(_SC_NPROCESSORS_ONLN)};
    machine->load_before = load_now();
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "model name", 10) == 0 && strstr(line, ": ") != NULL) {
            (void)snprintf(machine->model, sizeof machine->model, "%.120s", strstr(line, ": ") + 2);
            machine->model[strcspn(machine->model, "\n")] = '\0';
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

void micro_report_heading(const micro *m, const micro_machine *machine)
{
    (void)printf("%s, %ld processors; load before %.1f\n", machine->model, machine->processors, machine->load_before);
    (void)printf("%zu records, %zu columns, %.0f MB, %zu batches; medians of %u rounds\n", m->n_records, m->n_names,
                 m->bytes / 1e6, m->n_batches, m->rounds);
}

void micro_report_load(micro_machine *machine)
{
    machine->load_after = load_now();
    (void)printf("\nload after %.1f\n", machine->load_after);
}

/** A time with a unit that suits it. */
static void time_text(double seconds, char *out, size_t cap)
{
    if (seconds < 1e-5) {
        (void)snprintf(out, cap, "%.1f ns", seconds * 1e9);
    } else {
        bool small = seconds < 1e-3;
        (void)snprintf(out, cap, small ? "%.1f us" : "%.2f ms", seconds * (small ? 1e6 : 1e3));
    }
}

static void remark_text(const micro_case *c, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    if (c->ratio > 0) {
        len += (size_t)snprintf(out + len, cap - len, "ratio %.2f; ", c->ratio);
    }
    if (c->times > 0) {
        len += (size_t)snprintf(out + len, cap - len, "%.1f times %s; ", c->times, c->times_of);
    }
    if (c->scaling > 0) {
        len += (size_t)snprintf(out + len, cap - len, "scaling %.2f; ", c->scaling);
    }
    len += (size_t)snprintf(out + len, cap - len, "%s", c->note);
    if (len >= 2 && strcmp(out + len - 2, "; ") == 0) {
        out[len - 2] = '\0';
    }
}

void micro_report_table(const micro *m, size_t first)
{
    if (first == m->n_cases) {
        return;
    }
    (void)printf("\n| %-43s | %8s | %8s | %9s | %9s | %9s | |\n", m->cases[first].section, "MB/s", "MB/CPU s",
                 "each, CPU", "wall ms", "CPU ms");
    (void)printf("| --- | ---: | ---: | ---: | ---: | ---: | --- |\n");
    for (size_t i = first; i < m->n_cases; i++) {
        const micro_case *c = &m->cases[i];
        char rate[32] = "", cpu_rate[32] = "", each[32] = "", remark[4 * MICRO_NAME_BYTES];
        if (c->bytes > 0) {
            (void)snprintf(rate, sizeof rate, "%.0f", c->bytes / 1e6 / c->wall_seconds);
            (void)snprintf(cpu_rate, sizeof cpu_rate, "%.0f", c->bytes / 1e6 / c->cpu_seconds);
        }
        if (c->values > 0) {
            time_text(c->cpu_seconds / c->values, each, sizeof each);
        }
        remark_text(c, remark, sizeof remark);
        (void)printf("| %-43s | %8s | %8s | %9s | %9.2f | %9.2f | %s |\n", c->name, rate, cpu_rate, each,
                     c->wall_seconds * 1e3, c->cpu_seconds * 1e3, remark);
    }
    (void)fflush(stdout);
}

static void json_text(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        (void)fprintf(out, byte < 0x20 || byte == '"' || byte == '\\' ? "\\u%04x" : "%c", byte);
    }
    (void)fputc('"', out);
}

static void json_number(FILE *out, const char *key, double value)
{
    if (value > 0) {
        (void)fprintf(out, ", \"%s\": %.9g", key, value);
    }
}

static void json_case(FILE *out, const micro_case *c)
{
    (void)fprintf(out, "{\"section\": \"%s\", \"name\": ", c->section);
    json_text(out, c->name);
    json_number(out, "wall_seconds", c->wall_seconds);
    json_number(out, "cpu_seconds", c->cpu_seconds);
    json_number(out, "bytes", c->bytes);
    json_number(out, "values", c->values);
    json_number(out, "mb_per_second", c->bytes / 1e6 / c->wall_seconds);
    json_number(out, "mb_per_cpu_second", c->bytes / 1e6 / c->cpu_seconds);
    json_number(out, "ns_each", c->values > 0 ? c->wall_seconds * 1e9 / c->values : 0);
    json_number(out, "cpu_ns_each", c->values > 0 ? c->cpu_seconds * 1e9 / c->values : 0);
    json_number(out, "ratio", c->ratio);
    json_number(out, "times", c->times);
    if (c->times_of != NULL) {
        (void)fprintf(out, ", \"times_of\": \"%s\"", c->times_of);
    }
    json_number(out, "scaling", c->scaling);
    if (c->note[0] != '\0') {
        (void)fprintf(out, ", \"note\": ");
        json_text(out, c->note);
    }
    (void)fputc('}', out);
}

bool micro_report_json(const micro *m, const micro_machine *machine, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        return micro_fail("can't write %s", path);
    }
    (void)fprintf(out, "{\"machine\": ");
    json_text(out, machine->model);
    (void)fprintf(out, ", \"processors\": %ld, \"load_before\": %.2f, \"load_after\": %.2f,\n", machine->processors,
                  machine->load_before, machine->load_after);
    (void)fprintf(out, " \"records\": %zu, \"bytes\": %.0f, \"rounds\": %u,\n \"cases\": [", m->n_records, m->bytes,
                  m->rounds);
    for (size_t i = 0; i < m->n_cases; i++) {
        (void)fprintf(out, i == 0 ? "\n  " : ",\n  ");
        json_case(out, &m->cases[i]);
    }
    (void)fprintf(out, "\n ]}\n");
    bool good = ferror(out) == 0;
    return fclose(out) == 0 && good ? true : micro_fail("can't write %s", path);
}
