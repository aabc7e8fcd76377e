/* Becoming somebody else. Files for it are on the volume: one that belongs to root with the setuid bit, and one with a
 * file capability; both are this program, which then says who it is. */
#include "drill.h"

DRILL(become_root) {
    TRY(setresuid, 0, 0, 0);
    return SUCCEEDED;
}

DRILL(become_other) {
    TRY(setresuid, OTHER_USER, OTHER_USER, OTHER_USER);
    return SUCCEEDED;
}

DRILL(join_groups) {
    static const unsigned groups[] = {0, OTHER_USER};
    TRY(setgroups, 2, groups);
    return SUCCEEDED;
}

/* From an account without rights, as servers have that give up root. */
DRILL(setuid_file) {
    if (CALL(geteuid) == 0) TRY(setresuid, OTHER_USER, OTHER_USER, OTHER_USER);
    return run_file(HOME "/setuid", "--root");
}

DRILL(file_capability) {
    if (CALL(geteuid) == 0) TRY(setresuid, OTHER_USER, OTHER_USER, OTHER_USER);
    return run_file(HOME "/capable", "--capable");
}

const Drill user_drills[] = {
    {"become-root", become_root}, {"become-other", become_other},       {"join-groups", join_groups},
    {"setuid-file", setuid_file}, {"file-capability", file_capability}, {NULL, NULL},
};
