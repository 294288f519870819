# Makes a PostgreSQL cluster and serves it, with the defaults where durability is concerned.
#
# Usage: sh postgres.sh PROGRAMS FOLDER PORT SUPERUSER

"$1/initdb" --auth=trust --encoding=UTF8 --locale=C --no-sync -U "$4" -D "$2/data" &&
    exec "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c max_connections=300 -c shared_buffers=64MB
