#!/bin/sh
# The real registry, but for the fault that $FAULTS/fault names. On trial (its config.yml is no file) it does what
# must happen between the look before a run and the start; else it fails on the new configuration alone.
FAULTS=@FAULTS@
fault=$(cat "$FAULTS/fault")
case "$2" in
/proc/*)
    case "$fault" in
    taken) touch "$FAULTS/trial"; while [ ! -e "$FAULTS/go" ]; do sleep 0.01; done ;;
    include) echo 'no_such_directive;' >"$FAULTS/extra.conf" ;;
    esac ;;
*)
    if grep -q 'level: warn' "$2"; then
        case "$fault" in
        ends) echo 'panic: this is a fault'; exit 2 ;;
        dies) exec timeout --signal=KILL 2 /usr/bin/docker-registry "$@" ;;
        silent) exec sleep 600 ;;
        esac
    fi ;;
esac
exec /usr/bin/docker-registry "$@"
