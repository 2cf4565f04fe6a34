#!/bin/sh
# Backups of PostgreSQL that lose a second at most, and the way back from them.
#
#   backup.sh follow FOLDER          receives the log as it is written, until it is stopped: let it run all the time
#   backup.sh copy FOLDER            copies the whole database, say every night; keeps two copies and the log they need
#   backup.sh restore FOLDER DATA    makes the empty folder DATA from the newest copy and all of the log since
#
# PGHOST, PGPORT, PGUSER and PGPASSWORD (or PGPASSFILE) name the server; the user must be allowed to replicate. FOLDER
# belongs on another disk, better another machine. After `restore` start PostgreSQL on DATA: it reads the log and goes on.
set -eu

slot=sentistream_backup

follow() {
	mkdir -p "$1/log"
	# The slot makes the server keep the log that this has not received yet, also while it is away.
	pg_receivewal --directory="$1/log" --slot="$slot" --create-slot --if-not-exists
	exec pg_receivewal --directory="$1/log" --slot="$slot" --synchronous
}

copy() {
	if [ ! -d "$1/log" ]; then
		echo "backup.sh: nobody follows into $1: without the log a copy is as old as it is" >&2
		exit 1
	fi
	mkdir -p "$1/copies"
	name=$(date -u +%Y%m%dT%H%M%SZ)
	while [ -e "$1/copies/$name" ]; do
		sleep 1
		name=$(date -u +%Y%m%dT%H%M%SZ)
	done
	pg_basebackup --pgdata="$1/copies/.$name" --checkpoint=fast --wal-method=stream
	mv "$1/copies/.$name" "$1/copies/$name"
	for old in $(ls "$1/copies" | sort -r | tail -n +3); do
		rm -r "$1/copies/$old"
	done
	oldest=$(ls "$1/copies" | sort | head -n 1)
	needed=$(sed -n 's/^START WAL LOCATION: .* (file \([0-9A-F]*\))$/\1/p' "$1/copies/$oldest/backup_label")
	pg_archivecleanup "$1/log" "$needed"
}

restore() {
	newest=$(ls "$1/copies" | sort | tail -n 1)
	mkdir -p -m 700 "$2"
	if [ -n "$(ls -A "$2")" ]; then
		echo "backup.sh: $2 is not empty" >&2
		exit 1
	fi
	cp -a "$1/copies/$newest/." "$2"
	# What was being received when the server died has no whole file yet.
	for partial in "$1"/log/*.partial; do
		if [ -e "$partial" ]; then
			unfinished=$(basename "$partial" .partial)
			cp "$partial" "$2/pg_wal/$unfinished"
		fi
	done
	log=$(cd "$1/log" && pwd)
	echo "restore_command = 'cp \"$log/%f\" \"%p\"'" >>"$2/postgresql.auto.conf"
	touch "$2/recovery.signal"
}

case "${1:-} $#" in
"follow 2") follow "$2" ;;
"copy 2") copy "$2" ;;
"restore 3") restore "$2" "$3" ;;
*)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
