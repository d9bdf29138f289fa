// Metric batches straight into columns. Strings are views into simdjson's own buffer, so a point costs no allocation;
// series are interned by content, and a guess (what followed the previous series last time) saves most of the hashing.
#include "csimdjson.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <simdjson.h>
#include <string_view>
#include <unordered_map>
#include <vector>

using namespace simdjson;

namespace {

constexpr uint32_t none = UINT32_MAX;
// MetricReader says what is wrong with longer names and larger steps, and has the same bounds.
constexpr size_t name_bytes_max = 1000;
constexpr double step_max = 9007199254740992;  // 2^53: beyond it, steps that differ would be one
constexpr double absent = std::numeric_limits<double>::quiet_NaN();

struct SeriesKey {
    std::string_view name, context;
    bool operator==(const SeriesKey &other) const { return name == other.name && context == other.context; }
};

struct SeriesHash {
    size_t operator()(const SeriesKey &key) const {
        std::hash<std::string_view> hash;
        return hash(key.name) * 31 + hash(key.context);
    }
};

// "NaN", "Infinity", "inf", "True", "3.5": what a client's str() makes of odd values.
bool number_of_text(std::string_view text, double &out) {
    if (text == "NaN" || text == "nan") { out = absent; return true; }
    if (text == "Infinity" || text == "inf") { out = std::numeric_limits<double>::infinity(); return true; }
    if (text == "-Infinity" || text == "-inf") { out = -std::numeric_limits<double>::infinity(); return true; }
    if (text == "True" || text == "true") { out = 1; return true; }
    if (text == "False" || text == "false") { out = 0; return true; }
    // from_chars knows "inf" and "nan" in forms that the tolerant reader does not; both must agree.
    if (text.empty() || !(text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9'))) return false;
    if (text[0] == '-' && text.size() > 1 && (text[1] == 'i' || text[1] == 'n' || text[1] == 'I' || text[1] == 'N'))
        return false;
    auto result = std::from_chars(text.data(), text.data() + text.size(), out);
    return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

// false: neither a number nor text that reads as one. `text_only` is set when it was unreadable text.
bool number_of(dom::element element, double &out, bool &unreadable_text) {
    switch (element.type()) {
        case dom::element_type::DOUBLE:
        case dom::element_type::INT64:
        case dom::element_type::UINT64: return element.get(out) == SUCCESS;
        case dom::element_type::BOOL: out = bool(element) ? 1 : 0; return true;
        case dom::element_type::STRING: {
            std::string_view text;
            if (element.get(text)) return false;
            if (number_of_text(text, out)) return true;
            unreadable_text = true;
            return false;
        }
        default: return false;
    }
}

// null: absent.
bool optional_number(dom::element element, double &out) {
    bool unreadable = false;
    if (element.is_null()) { out = absent; return true; }
    return number_of(element, out, unreadable);
}

}  // namespace

struct hj_metrics {
    dom::parser parser;
    char *buffer = nullptr;
    size_t capacity = 0;
    std::vector<hj_series> series;
    std::vector<uint32_t> follower;
    std::unordered_map<SeriesKey, uint32_t, SeriesHash> index;
    std::vector<uint32_t> series_index, skipped;
    std::vector<double> values, steps, epochs;
    std::vector<int64_t> times;
    bool any_epoch = false;

    ~hj_metrics() { std::free(buffer); }

    void clear() {
        series.clear();
        follower.clear();
        index.clear();
        series_index.clear();
        skipped.clear();
        values.clear();
        steps.clear();
        epochs.clear();
        times.clear();
        any_epoch = false;
    }

    bool is(uint32_t number, std::string_view name, std::string_view context) const {
        const hj_series &known = series[number];
        return std::string_view(known.name, known.name_length) == name
            && std::string_view(known.context, known.context_length) == context;
    }

    uint32_t intern(std::string_view name, std::string_view context, uint32_t previous) {
        if (previous != none && follower[previous] != none && is(follower[previous], name, context))
            return follower[previous];
        auto [place, fresh] = index.try_emplace(SeriesKey{name, context}, uint32_t(series.size()));
        if (fresh) {
            series.push_back({name.data(), name.size(), context.data(), context.size()});
            follower.push_back(none);
        }
        if (previous != none) follower[previous] = place->second;
        return place->second;
    }

    bool point(dom::element item, int64_t now_ms, uint32_t &previous) {
        dom::object object;
        if (item.get(object)) return false;
        std::string_view name, context;
        bool named = false, valued = false, unreadable = false;
        double value = absent, step = absent, epoch = absent, time = absent;
        for (auto field : object) {
            std::string_view key = field.key;
            if (key == "metricName") {
                if (field.value.get(name) || name.empty()) return false;
                named = true;
            } else if (key == "metricValue") {
                unreadable = false;
                if (!number_of(field.value, value, unreadable) && !unreadable) return false;
                valued = true;
            } else if (key == "step") {
                if (!optional_number(field.value, step)) return false;
            } else if (key == "epoch") {
                if (!optional_number(field.value, epoch)) return false;
            } else if (key == "timestamp") {
                if (!optional_number(field.value, time)) return false;
            } else if (key == "context") {
                context = {};
                if (!field.value.is_null() && field.value.get(context)) return false;
            }
        }
        if (!named || !valued || (!std::isnan(time) && std::fabs(time) > 9e15)) return false;
        if (name.size() > name_bytes_max || context.size() > name_bytes_max || std::fabs(step) > step_max
            || std::fabs(epoch) > step_max || name.find('\0') != name.npos || context.find('\0') != context.npos)
            return false;
        previous = intern(name, context, previous);
        if (unreadable) {
            skipped.push_back(previous);
            return true;
        }
        series_index.push_back(previous);
        values.push_back(value);
        steps.push_back(step);
        epochs.push_back(epoch);
        any_epoch |= !std::isnan(epoch);
        times.push_back(std::isnan(time) ? now_ms : int64_t(time));
        return true;
    }
};

extern "C" const char *hj_implementation(void) {
    static const std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}

extern "C" hj_metrics *hj_metrics_new(void) { return new (std::nothrow) hj_metrics(); }
extern "C" void hj_metrics_free(hj_metrics *parser) { delete parser; }
extern "C" size_t hj_metrics_capacity(const hj_metrics *parser) { return parser->capacity; }

extern "C" char *hj_metrics_buffer(hj_metrics *parser, size_t capacity) {
    if (parser->buffer != nullptr && parser->capacity >= capacity) return parser->buffer;
    void *grown = std::realloc(parser->buffer, capacity + SIMDJSON_PADDING);
    if (grown == nullptr) return nullptr;
    parser->buffer = static_cast<char *>(grown);
    parser->capacity = capacity;
    return parser->buffer;
}

extern "C" int hj_metrics_parse(
    hj_metrics *parser, size_t length, int64_t now_ms, size_t points_max, hj_batch *out) try {
    if (length > parser->capacity) return 1;
    parser->clear();
    *out = {};
    dom::element document;
    if (parser->parser.parse(parser->buffer, length, false).get(document)) return 1;
    dom::object body;
    if (document.get(body)) return 1;
    dom::array points;
    bool found = false;
    for (auto field : body) {
        if (field.key == "values") {
            if (field.value.get(points)) return 1;
            found = true;
        } else if (field.key == "experimentKey") {
            std::string_view key;
            if (field.value.get(key)) return 1;
            out->key = key.data();
            out->key_length = key.size();
        }
    }
    if (!found || points.size() > points_max) return 1;
    uint32_t previous = none;
    for (dom::element item : points)
        if (!parser->point(item, now_ms, previous)) return 1;
    out->series = parser->series.data();
    out->series_count = parser->series.size();
    out->series_index = parser->series_index.data();
    out->values = parser->values.data();
    out->steps = parser->steps.data();
    out->epochs = parser->epochs.data();
    out->times = parser->times.data();
    out->count = parser->values.size();
    out->any_epoch = parser->any_epoch ? 1 : 0;
    out->skipped = parser->skipped.data();
    out->skipped_count = parser->skipped.size();
    return 0;
} catch (...) {
    return 1;  // no memory: no exception may cross into Swift
}
