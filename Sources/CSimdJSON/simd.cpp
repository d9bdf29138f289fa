#include "csimdjson.h"
#include <simdjson.h>
extern "C" const char *hj_implementation(void) {
    static std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}
