#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <lber.h>
#include <ldap.h>
#include <openldap.h>
#include <sys/mman.h>

// These are written with casts and shifts, which Swift does not read.

static const int halley_ldap_base = LDAP_SCOPE_BASE;
static const int halley_ldap_subtree = LDAP_SCOPE_SUBTREE;
static const int halley_ldap_tls12 = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;

// A file that is nowhere on disk: libldap reads certificates from files only.
static inline int halley_memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC);
}
