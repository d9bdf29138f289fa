#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

// The instruction set that simdjson has picked, such as "icelake".
const char *hj_implementation(void);

typedef struct hj_metrics hj_metrics;

typedef struct {
    const char *name;
    size_t name_length;
    const char *context;
    size_t context_length;
} hj_series;

// What one parse found. All memory belongs to the parser and is valid until its next parse.
typedef struct {
    const char *key;  // experimentKey; NULL: absent
    size_t key_length;
    const hj_series *series;
    size_t series_count;
    const uint32_t *series_index;
    const double *values;
    const double *steps;   // NaN: none
    const double *epochs;  // NaN: none
    const int64_t *times;
    size_t count;
    int any_epoch;
    const uint32_t *skipped;  // series of the points that were left out, one entry a point
    size_t skipped_count;
} hj_batch;

// NULL: no memory.
hj_metrics *hj_metrics_new(void);
void hj_metrics_free(hj_metrics *parser);

// A buffer of at least `capacity` bytes, with the room behind it that simdjson wants. Kept by the parser; what was
// written before stays when it grows. NULL: no memory.
char *hj_metrics_buffer(hj_metrics *parser, size_t capacity);
size_t hj_metrics_capacity(const hj_metrics *parser);

// Reads {"experimentKey": …, "values": [{metricName, metricValue, step, epoch, context, timestamp}, …]} out of the
// first `length` bytes of the buffer. Anything but 0: not strict JSON, or not of this shape; the caller then reads
// the same bytes with the tolerant reader, which accepts more and says exactly what is wrong.
int hj_metrics_parse(hj_metrics *parser, size_t length, int64_t now_ms, size_t points_max, hj_batch *out);

#ifdef __cplusplus
}
#endif
