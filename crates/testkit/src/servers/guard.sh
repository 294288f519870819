# Runs a server for as long as its own standard input stays open, which is as long as the process that started it
# lives, however that one ends: the kernel closes the pipe. Then the server is stopped and its folder removed.
#
# Usage: sh guard.sh FOLDER COMMAND…
# A server that ends by itself leaves the folder, with its log, for whoever wants to know why.

folder=$1
shift
exec 3<&0
"$@" </dev/null >>"$folder/log" 2>&1 3<&- &
server=$!
{
    read -r _ <&3
    : >"$folder/over"
    # Whichever it hears: QUIT ends PostgreSQL without tidying up. And again, since one that just starts may hear nothing.
    while kill -TERM "$server" && kill -INT "$server" && kill -QUIT "$server"; do
        sleep 0.1
    done
} 2>/dev/null &
watch=$!
wait "$server"
if [ -e "$folder/over" ]; then
    # What the server leaves running may still write for a moment.
    until rm -rf "$folder"; do
        sleep 0.1
    done
else
    kill "$watch"
    exit 1
fi
