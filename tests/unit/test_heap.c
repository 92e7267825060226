/* SPDX-License-Identifier: MIT */
/* Unit tests of the heap of deadlines: against a plain search, with a repeatable row of random
 * steps. */
#include "fixture.h"
#include "igmpq/heap.h"
#include "wire.h"

static void insert(struct heap *heap, struct heap_entry *entry)
{
    assert_true(heap_reserve(heap));
    heap_insert(heap, entry);
}

static void test_empty(void **state)
{
    (void)state;
    struct heap heap = {0};

    assert_null(heap_first(&heap));
    struct heap_entry only = {.due = 5, .rank = 1};
    insert(&heap, &only);
    assert_ptr_equal(heap_first(&heap), &only);
    heap_remove(&heap, &only);
    assert_null(heap_first(&heap));
    heap_free(&heap);
    heap_free(&heap);
}

/* the earliest first; at equal times the lowest rank. */
static void test_q150_order(void **state)
{
    (void)state;
    struct heap heap = {0};
    struct heap_entry entry[5] = {{.due = 30, .rank = 1},
                                  {.due = 10, .rank = 9},
                                  {.due = 10, .rank = 2},
                                  {.due = 20, .rank = 0},
                                  {.due = INSTANT_NEVER, .rank = 0}};
    static const int expected[] = {2, 1, 3, 0, 4};

    for (int i = 0; i < 5; i++)
        insert(&heap, &entry[i]);
    for (int i = 0; i < 5; i++) {
        assert_ptr_equal(heap_first(&heap), &entry[expected[i]]);
        heap_remove(&heap, heap_first(&heap));
    }
    heap_free(&heap);
}

static struct heap_entry *search_first(struct heap_entry *entries, const bool *is_in, int count)
{
    struct heap_entry *first = NULL;
    for (int i = 0; i < count; i++) {
        struct heap_entry *entry = &entries[i];
        if (is_in[i] && (!first || entry->due < first->due ||
                         (entry->due == first->due && entry->rank < first->rank)))
            first = entry;
    }
    return first;
}

/* Insert, update both ways, remove from anywhere: the first is always the one that a plain search
 * finds. */
static void test_against_search(void **state)
{
    (void)state;
    enum { COUNT = 40 };

    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct heap heap = {0};
        struct heap_entry entries[COUNT];
        bool is_in[COUNT] = {false};
        uint64_t random = seed;

        for (int step = 0; step < 2000; step++) {
            unsigned i = wire_random(&random) % COUNT;
            instant due = wire_random(&random) % 32; /* many ties */
            if (!is_in[i]) {
                entries[i] = (struct heap_entry){.due = due, .rank = i, .owner = &entries[i]};
                insert(&heap, &entries[i]);
                is_in[i] = true;
            } else if (wire_random(&random) % 3 == 0) {
                heap_remove(&heap, &entries[i]);
                is_in[i] = false;
            } else {
                heap_update(&heap, &entries[i], due);
            }
            assert_ptr_equal(heap_first(&heap), search_first(entries, is_in, COUNT));
        }
        for (size_t slot = 0; slot < heap.count; slot++)
            assert_int_equal(heap.entry[slot]->slot, slot);
        heap_free(&heap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_q150_order),
        cmocka_unit_test(test_against_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
