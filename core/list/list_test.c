/* SPDX-License-Identifier: Apache-2.0 */
/* List: random operations against an array of numbers. */
#include <string.h>
#include <tn/list.h>
#include <tn/test.h>

#define ITEMS 24

struct item {
    int pad;
    struct tn_list link;
};

static struct item items[ITEMS];
static struct tn_list list[2];
static int model[2][ITEMS];
static int count[2];

static int index_of(struct tn_list *link)
{
    return (int)(TN_LIST_OBJECT(link, struct item, link) - items);
}

static void compare(int l)
{
    struct tn_list *it = list[l].next;
    int n = 0;

    TN_CHECK(tn_list_empty(&list[l]) == (count[l] == 0));
    TN_CHECK(tn_list_single(&list[l]) == (count[l] == 1));
    TN_LIST_FOR_EACH(link, &list[l])
    {
        TN_CHECK(link == it && link->next->prev == link && link->prev->next == link);
        TN_CHECK(n < count[l] && index_of(link) == model[l][n]);
        it = it->next;
        n++;
    }
    TN_CHECK(n == count[l]);
    TN_CHECK(tn_list_first(&list[l]) == (n != 0 ? &items[model[l][0]].link : NULL));
    TN_CHECK(tn_list_last(&list[l]) == (n != 0 ? &items[model[l][n - 1]].link : NULL));
}

static void model_insert(int l, int at, int item)
{
    memmove(&model[l][at + 1], &model[l][at], (size_t)(count[l] - at) * sizeof(int));
    model[l][at] = item;
    count[l]++;
}

static void model_remove(int l, int at)
{
    count[l]--;
    memmove(&model[l][at], &model[l][at + 1], (size_t)(count[l] - at) * sizeof(int));
}

/* Take the item out of whatever list it is in; false if it is in none. */
static int in_model(int item, int *at)
{
    for (int l = 0; l < 2; l++) {
        for (*at = 0; *at < count[l]; ++*at) {
            if (model[l][*at] == item) {
                return l;
            }
        }
    }
    return -1;
}

static void insert(int l, int item)
{
    int at = (int)tn_test_below((uint64_t)count[l] + 1);

    switch (tn_test_below(4)) {
    case 0:
        tn_list_push_front(&list[l], &items[item].link);
        model_insert(l, 0, item);
        break;
    case 1:
        tn_list_push_back(&list[l], &items[item].link);
        model_insert(l, count[l], item);
        break;
    case 2:
        tn_list_insert_before(at == count[l] ? &list[l] : &items[model[l][at]].link,
                              &items[item].link);
        model_insert(l, at, item);
        break;
    default:
        tn_list_insert_after(at == 0 ? &list[l] : &items[model[l][at - 1]].link, &items[item].link);
        model_insert(l, at, item);
    }
}

static void pop(int l)
{
    struct tn_list *link;

    if (tn_test_below(2) != 0) {
        link = tn_list_pop_front(&list[l]);
        TN_CHECK((link == NULL) == (count[l] == 0));
        if (link != NULL) {
            TN_CHECK(index_of(link) == model[l][0]);
            model_remove(l, 0);
            tn_list_init(link);
        }
    } else {
        link = tn_list_pop_back(&list[l]);
        TN_CHECK((link == NULL) == (count[l] == 0));
        if (link != NULL) {
            TN_CHECK(index_of(link) == model[l][count[l] - 1]);
            model_remove(l, count[l] - 1);
            tn_list_init(link);
        }
    }
}

static void random_operations(void)
{
    for (int l = 0; l < 2; l++) {
        tn_list_init(&list[l]);
    }
    for (int i = 0; i < ITEMS; i++) {
        tn_list_init(&items[i].link);
    }
    for (int step = 0; step < 200000; step++) {
        int item = (int)tn_test_below(ITEMS), l = (int)tn_test_below(2), at;
        int in = in_model(item, &at);

        TN_CHECK(tn_list_empty(&items[item].link) == (in < 0));
        if (in >= 0) {
            tn_list_remove_init(&items[item].link);
            model_remove(in, at);
        } else if (tn_test_below(8) != 0) {
            insert(l, item);
        } else {
            pop(l);
        }
        if (tn_test_below(64) == 0) {
            tn_list_splice_back(&list[l], &list[1 - l]);
            memcpy(&model[l][count[l]], model[1 - l], (size_t)count[1 - l] * sizeof(int));
            count[l] += count[1 - l];
            count[1 - l] = 0;
        }
        compare(0);
        compare(1);
    }
}

static void remove_while_walking(void)
{
    static struct tn_list l = TN_LIST_INIT(l);
    int seen = 0;

    for (int i = 0; i < ITEMS; i++) {
        tn_list_push_back(&l, &items[i].link);
    }
    TN_LIST_FOR_EACH_SAFE(link, &l)
    {
        TN_CHECK(index_of(link) == seen);
        if (seen++ % 3 != 0) {
            tn_list_remove(link);
            memset(link, 0xa5, sizeof(*link));
        }
    }
    TN_CHECK(seen == ITEMS);
    TN_LIST_FOR_EACH(link, &l)
    {
        TN_CHECK(index_of(link) % 3 == 0);
    }
}

int main(void)
{
    tn_test_begin();
    TN_RUN(random_operations);
    TN_RUN(remove_while_walking);
    return tn_test_end();
}
