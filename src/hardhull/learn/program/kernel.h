// What is used of the kernel: its types, of which the loader finds the places in the running kernel's own description
// (BTF), and its helpers by number (linux/bpf.h).
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;
typedef long long s64;

#define SECTION(name) __attribute__((section(name), used))
#define FOUND __attribute__((preserve_access_index))
#define INLINE static inline __attribute__((always_inline))
#define APART static __attribute__((noinline))
// Numbers in, a number out: the kernel checks such a function once, and not once more for every way that leads to it,
// of which Linux 6.1 finds more than the million of steps that it checks at most.
#define ALONE __attribute__((noinline))

#define NUMBER(name, value) int(*name)[value]
#define TYPE(name, value) typeof(value) *name
enum { HASH = 1, ARRAY = 2, ARRAY_OF_EACH_PROCESSOR = 6 };

struct pt_regs {
    u64 orig_ax;
} FOUND;
struct pt_regs___x86 {
    u64 di, si, dx, r10, r8, orig_ax;
} FOUND;
struct pt_regs___arm {
    u64 regs[31];
    u64 orig_x0;
    s32 syscallno;
} FOUND;
struct thread_info___x86 {
    u32 status;
} FOUND;
struct thread_info {
    unsigned long flags;
} FOUND;
struct qstr {
    u64 hash_len;
    const u8 *name;
} FOUND;
struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
} FOUND;
struct super_block {
    u32 s_dev;
} FOUND;
struct vfsmount {
    struct super_block *mnt_sb;
} FOUND;
struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
} FOUND;
struct file {
    u32 f_mode;
    void *private_data;
    struct path f_path;
} FOUND;
struct fdtable {
    u32 max_fds;
    struct file **fd;
} FOUND;
struct files_struct {
    struct fdtable *fdt;
} FOUND;
struct fs_struct {
    struct path root, pwd;
} FOUND;
struct mm_struct {
    struct file *exe_file;
} FOUND;
struct ns_common {
    u32 inum;
} FOUND;
struct ns_common___numbered {
    u64 ns_id;
} FOUND;
struct mnt_namespace {
    struct ns_common ns;
} FOUND;
struct mnt_namespace___numbered {
    struct ns_common___numbered ns;
} FOUND;
struct mnt_namespace___counted {
    u64 seq;
} FOUND;
struct new_utsname {
    char nodename[65];
} FOUND;
struct uts_namespace {
    struct new_utsname name;
} FOUND;
struct nsproxy {
    struct mnt_namespace *mnt_ns;
    struct uts_namespace *uts_ns;
} FOUND;
typedef struct {
    u32 val;
} kid_t;
struct group_info {
    s32 ngroups;
    kid_t gid[];
} FOUND;
struct cred {
    kid_t uid, gid, euid, egid;
    struct group_info *group_info;
} FOUND;
struct seccomp {
    s32 mode;
} FOUND;
struct task_struct {
    struct thread_info thread_info;
    s32 pid, tgid;
    struct nsproxy *nsproxy;
    struct mm_struct *mm;
    struct fs_struct *fs;
    struct files_struct *files;
    const struct cred *real_cred, *cred;
    struct seccomp seccomp;
} FOUND;
struct task_struct___x86 {
    struct thread_info___x86 thread_info;
} FOUND;
struct bpf_iter_meta {
    void *seq;
} FOUND;
struct linux_binprm {
    const char *filename;
} FOUND;
struct in6_addr {
    u8 bytes[16];
};
struct sock_common {
    u32 skc_rcv_saddr;
    u16 skc_num, skc_family;
    struct in6_addr skc_v6_rcv_saddr;
} FOUND;
struct sock {
    struct sock_common __sk_common;
} FOUND;
struct socket {
    u16 type;
    struct sock *sk;
} FOUND;

static void *(*const lookup)(void *map, const void *key) = (void *)1;
static long (*const update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const delete)(void *map, const void *key) = (void *)3;
static u64 (*const moment)(void) = (void *)5;
static long (*const read_user)(void *to, u32 bytes, const void *from) = (void *)112;
static long (*const read_kernel)(void *to, u32 bytes, const void *from) = (void *)113;
static long (*const read_user_text)(void *to, u32 bytes, const void *from) = (void *)114;
static long (*const read_kernel_text)(void *to, u32 bytes, const void *from) = (void *)115;
static long (*const write_out)(void *seq, const void *data, u32 bytes) = (void *)127;
static struct task_struct *(*const current)(void) = (void *)158;
static struct pt_regs *(*const registers)(struct task_struct *task) = (void *)175;

// Whether the running kernel has a field; its place; a field read through a pointer that may lead nowhere.
#define HAS(field) __builtin_preserve_field_info(field, 2)
#define PLACE(pointer, field) __builtin_preserve_access_index(&(pointer)->field)
#define GET(pointer, field)                                                    \
    ({                                                                         \
        typeof((pointer)->field) value_ = {0};                                 \
        read_kernel(&value_, sizeof(value_), PLACE(pointer, field));           \
        value_;                                                                \
    })

INLINE int is_x86(void) { return HAS(((struct pt_regs___x86 *)0)->orig_ax); }

INLINE s64 call_number(struct pt_regs *registers) {
    if (is_x86()) return (s64)((struct pt_regs___x86 *)registers)->orig_ax;
    return ((struct pt_regs___arm *)registers)->syscallno;
}

// An argument of a call, also when it has ended: the kernel leaves these registers as they were.
INLINE u64 argument(struct pt_regs *registers, u32 place) {
    if (is_x86()) {
        struct pt_regs___x86 *x86 = (void *)registers;
        switch (place) {
            case 0: return x86->di;
            case 1: return x86->si;
            case 2: return x86->dx;
            case 3: return x86->r10;
            default: return x86->r8;
        }
    }
    struct pt_regs___arm *arm = (void *)registers;
    switch (place) {
        case 0: return arm->orig_x0;
        case 1: return arm->regs[1];
        case 2: return arm->regs[2];
        case 3: return arm->regs[3];
        default: return arm->regs[4];
    }
}

// Whether a task is in a call of the architecture's 32-bit mode: TS_COMPAT of x86, TIF_32BIT of Arm.
INLINE int in_compat(struct task_struct *task) {
    if (HAS(((struct thread_info___x86 *)0)->status))
        return (((struct task_struct___x86 *)task)->thread_info.status & 2) != 0;
    return (task->thread_info.flags & 0x400000) != 0;
}

// The number of a mount namespace that is never used again: Linux 6.18 keeps it in another place than those before.
INLINE u64 unique(struct mnt_namespace *namespace) {
    if (HAS(((struct ns_common___numbered *)0)->ns_id)) return ((struct mnt_namespace___numbered *)namespace)->ns.ns_id;
    return ((struct mnt_namespace___counted *)namespace)->seq;
}
