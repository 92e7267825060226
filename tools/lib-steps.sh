# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Steps of a check: each is run, logged and timed, and the tests in it are counted. To be sourced by a script in tools/, in POSIX
# sh, behind lib-setup.sh. It makes no folder and ends nothing.
#
#   steps_begin DIR              logs and a status go there from now on
#   step NAME COUNTER COMMAND... run it, log it, tell how long it took, and count; its exit status. A command that ends with 77
#                                was skipped; the last line of its log says why. COUNTER reads what the tests said from the
#                                log and prints "PASSED FAILED SKIPPED":
#                                  one          the step is one test
#                                  count_unit   those of automake in the folder $build
#                                  count_e2e    the last line that tests/e2e/run prints; each test is shown as it ends
#   skip NAME WHY                one that is not run, and counts as one test skipped
#
# What was counted is in $passed, $failed and $skipped.

steps_begin()
{
    step_folder=$1
    steps=0
    passed=0
    failed=0
    skipped=0
    mkdir "$step_folder/logs"
}

step()
{
    step_name=$1
    step_counter=$2
    shift 2
    steps=$((steps + 1))
    step_log=$step_folder/logs/$(printf '%02d' "$steps")-$(printf '%s' "$step_name" | tr -cs 'a-z0-9\n' '-').log
    step_began=$(date +%s)
    printf -- '--> %s\n' "$step_name"
    if [ "$step_counter" = count_e2e ]; then
        # These take minutes: show each as it ends.
        {
            "$@" </dev/null 2>&1
            echo $? >"$step_folder/status"
        } | tee "$step_log" | while IFS= read -r step_line; do
            # The closing line is for the whole, at the end.
            case $step_line in
            *' passed, '*' failed, '*' skipped') ;;
            *) printf '    %s\n' "$step_line" ;;
            esac
        done
        step_status=$(cat "$step_folder/status")
    else
        "$@" >"$step_log" 2>&1 </dev/null
        step_status=$?
    fi
    step_took=$(($(date +%s) - step_began))
    if [ "$step_counter" = one ]; then
        case $step_status in
        0) step_counts='1 0 0' ;;
        77) step_counts='0 0 1' ;;
        *) step_counts='0 1 0' ;;
        esac
    else
        step_counts=$("$step_counter" "$step_log")
    fi
    add_counts "$step_counts"
    if [ "$step_status" -eq 0 ]; then
        printf '    ok, %d s (%s)\n' "$step_took" "$step_words"
    elif [ "$step_status" -eq 77 ]; then
        printf '    skipped: %s\n' "$(tail -n 1 "$step_log")"
    else
        # A step that failed without a failed test, such as one that does not compile, is a failure too.
        if [ "$step_failed" -eq 0 ]; then
            failed=$((failed + 1))
            step_words='it did not get as far as its tests'
        fi
        printf '    FAILED, %d s (%s); %s\n' "$step_took" "$step_words" "$step_log"
        [ "$step_counter" = count_e2e ] || tail -n 40 "$step_log" | sed 's/^/    | /'
    fi
    return "$step_status"
}

add_counts()
{
    # shellcheck disable=SC2086 # three numbers
    set -- ${1:-0 0 0}
    step_failed=$2
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
    step_words="$1 passed"
    [ "$2" -eq 0 ] || step_words="$step_words, $2 failed"
    [ "$3" -eq 0 ] || step_words="$step_words, $3 skipped"
}

skip() # NAME WHY
{
    skipped=$((skipped + 1))
    printf -- '--> %s\n    skipped: %s\n' "$1" "$2"
}

# automake leaves a .trs and a .log for each test program. A cmocka program says how many tests it ran; any other
# counts as one, and so does one that died without saying.
count_unit()
{
    # There is none where it did not get as far as that.
    # shellcheck disable=SC2154 # build is set by who has such a step
    find "$build" -name '*.trs' -exec awk '
        FNR == 1 {
            log_file = FILENAME; sub(/\.trs$/, ".log", log_file)
            good = bad = left = 0
            while ((getline line < log_file) > 0) {
                if (line !~ /^\[  (PASSED|FAILED|SKIPPED) *\] [0-9]+ test\(s\)/) continue
                split(line, part, /\] /); number = part[2] + 0
                if (line ~ /PASSED/) good += number; else if (line ~ /FAILED/) bad += number; else left += number
            }
            close(log_file)
        }
        /^:global-test-result: / {
            if ($2 == "PASS" && good == 0) good = 1
            if ($2 == "SKIP" && left == 0) left = 1
            if (($2 == "FAIL" || $2 == "ERROR") && bad == 0) bad = 1
            passed += good; failed += bad; skipped += left
        }
        END { print passed + 0, failed + 0, skipped + 0 }' {} + 2>/dev/null
}

count_e2e()
{
    awk '/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { counts = $1 " " $3 " " $5 } END { print counts ? counts : "0 0 0" }' \
        "$1"
}
