/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive doubly linked list, circular with a sentinel.  The list owns nothing: the caller
 * embeds a struct tn_list in each object and keeps the object alive while it is linked.
 *
 * Every operation is O(1) without a loop, allocates nothing, takes no lock and may be used in
 * any context; whoever shares a list serialises access to it.  Pointers are never NULL.
 */
#ifndef TN_LIST_H
#define TN_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A list head or a link in an object. */
struct tn_list {
    struct tn_list *next;
    struct tn_list *prev;
};

/* Initialiser of an empty list: static struct tn_list l = TN_LIST_INIT(l). */
#define TN_LIST_INIT(name)                                                                         \
    {                                                                                              \
        &(name), &(name)                                                                           \
    }

/* The object of `type` whose field `member` is the link that `ptr` points to. */
#define TN_LIST_OBJECT(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Walk over the links; the body must not remove `it`. */
#define TN_LIST_FOR_EACH(it, list)                                                                 \
    for (struct tn_list *it = (list)->next; it != (list); it = it->next)

/* Walk over the links; the body may remove `it`, but not the link after it. */
#define TN_LIST_FOR_EACH_SAFE(it, list)                                                            \
    for (struct tn_list *it = (list)->next, *it##_next = it->next; it != (list);                   \
         it = it##_next, it##_next = it->next)

/* Make `list` an empty list, or a link one that is in no list. */
static inline void tn_list_init(struct tn_list *list)
{
    list->next = list;
    list->prev = list;
}

/* True if the list has no member; of an initialised link: true if it is in no list. */
static inline bool tn_list_empty(const struct tn_list *list)
{
    return list->next == list;
}

/* True if the list has exactly one member. */
static inline bool tn_list_single(const struct tn_list *list)
{
    return list->next != list && list->next == list->prev;
}

/* Link `node`, which is in no list, directly behind `pos` (a member or the head). */
static inline void tn_list_insert_after(struct tn_list *pos, struct tn_list *node)
{
    struct tn_list *next = pos->next;

    node->next = next;
    node->prev = pos;
    next->prev = node;
    pos->next = node;
}

/* Link `node`, which is in no list, directly before `pos` (a member or the head). */
static inline void tn_list_insert_before(struct tn_list *pos, struct tn_list *node)
{
    tn_list_insert_after(pos->prev, node);
}

static inline void tn_list_push_front(struct tn_list *list, struct tn_list *node)
{
    tn_list_insert_after(list, node);
}

static inline void tn_list_push_back(struct tn_list *list, struct tn_list *node)
{
    tn_list_insert_before(list, node);
}

/* Unlink `node`, which must be in a list.  Its own pointers are left stale. */
static inline void tn_list_remove(struct tn_list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
}

/* Unlink `node` and make it a link that is in no list, so that it may be removed again. */
static inline void tn_list_remove_init(struct tn_list *node)
{
    tn_list_remove(node);
    tn_list_init(node);
}

/* First member, NULL if there is none. */
static inline struct tn_list *tn_list_first(const struct tn_list *list)
{
    return list->next == list ? NULL : list->next;
}

/* Last member, NULL if there is none. */
static inline struct tn_list *tn_list_last(const struct tn_list *list)
{
    return list->prev == list ? NULL : list->prev;
}

/* Unlink and return the first member, NULL if there is none. */
static inline struct tn_list *tn_list_pop_front(struct tn_list *list)
{
    struct tn_list *node = list->next;

    if (node == list) {
        return NULL;
    }
    tn_list_remove(node);
    return node;
}

/* Unlink and return the last member, NULL if there is none. */
static inline struct tn_list *tn_list_pop_back(struct tn_list *list)
{
    struct tn_list *node = list->prev;

    if (node == list) {
        return NULL;
    }
    tn_list_remove(node);
    return node;
}

/* Move all members of `from`, in order, to the end of `to`; `from` is empty afterwards. */
static inline void tn_list_splice_back(struct tn_list *to, struct tn_list *from)
{
    if (tn_list_empty(from)) {
        return;
    }
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    tn_list_init(from);
}

#endif
