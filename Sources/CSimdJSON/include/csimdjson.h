#pragma once
#ifdef __cplusplus
extern "C" {
#endif
const char *hj_implementation(void);
#ifdef __cplusplus
}
#endif
