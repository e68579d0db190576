#!/bin/sh
# Fuzzes every target under fuzz/ for FUZZ_SECONDS each, beginning with the contract's vectors and with small files of the
# hostile corpus. The stable toolchain does: it has all but the address sanitizer, which would watch what is `unsafe` in
# FFmpeg and in few places of the renderer.
set -eu

command -v c++ >/dev/null 2>&1 || {
    echo "fuzz: a C++ compiler is missing, for libFuzzer. Get it with: apt-get install g++ (Debian and Ubuntu)" >&2
    exit 1
}
tool=$(sh tools/cargo-tool.sh cargo-fuzz "$CARGO_FUZZ_VERSION")

# Usage: seed TARGET FOLDER-OF-VECTORS FILE
seed() {
    mkdir -p "fuzz/corpus/$1"
    for file in "proto/vectors/$2"/*/"$3"; do
        case=$(basename "$(dirname "$file")")
        [ ! -f "$file" ] || cp "$file" "fuzz/corpus/$1/$2-$case"
    done
}

for kind in accepted refused; do
    seed spec_json "$kind" input.json
    seed spec_msgpack "$kind" input.msgpack
done

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
"${CARGO:-cargo}" run --quiet --locked --package gildhall-samples -- hostile --seed 7 --count 700 --out "$corpus"
mkdir -p fuzz/corpus/image fuzz/corpus/content
find "$corpus" -maxdepth 1 -type f -size -32k \
    \( -name '*.jpg' -o -name '*.png' -o -name '*.webp' -o -name '*.gif' -o -name '*.avif' -o -name '*.bmp' -o -name '*.tiff' \) \
    -exec cp {} fuzz/corpus/image \;
find "$corpus" -maxdepth 1 -type f -size -8k -exec cp {} fuzz/corpus/content \;
# What the other targets would hardly find by themselves. Usage: one TARGET NAME TEXT, in which printf's escapes stand for bytes
one() {
    mkdir -p "fuzz/corpus/$1"
    printf '%b' "$3" >"fuzz/corpus/$1/$2"
}
one api_key key gk_abcd1234_0123456789abcdef
one cursor list 1760000000123456-00000000000000000000000000000007
one cursor audit 9-20
one traceparent sampled 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
one inspection found '{"media_type":"image/png","extension":"png","width":3,"height":2,"duration_ms":null}'
one inspection refused '{"error":{"code":"over_limits","message":"why"}}'

# The first character is how the process ends.
file='"width":720,"height":1280'
video="\"video\":{\"path\":\"/proc/self/status\",$file},\"poster\":{\"path\":\"/proc/self/maps\",$file}"
more='"thumbnails":[],"renditions":[],"duration_s":1.0,"frames":30,"encoder":"x264","warnings":[],"timings":{}'
one render_lines report "0{\"progress\":{\"stage\":\"render\",\"frames\":1,\"total\":900}}\n{$video,$more}\n"
one render_lines error '4{"error":{"code":"no_usable_image","class":"rejected","brief":"why","message":"why"}}'
one render_lines noise 'not a line of ours\n'
# Without its beginning, which names the libraries of this machine.
one analysis beats '"samples":480000,"silent":false,"beats_s":[0.1,0.6,1.1]}'

one redact secret 'correct horse battery\nlogin of gk_abcd1234 failed at amqp://u:p@h/v'
one redact marks 'GET /k?X-Amz-Signature=0f0f0f0f0f&X-Amz-Expires=60\nauthorization: bearer 0f0f0f0f0f, password=0f0f0f0f0f'
one origin list '1.1.1.1, unknown\n[2001:db8::5]:443, 10.9.9.9'
one origin standard 'for="[2001:db8::5]:443";proto=https;by="a,b", for=_hidden'

# From here on, the first character is the parser.
one headers accept '0text/html, */*;q=0.1\napplication/json;q=0'
one headers content_type '1Application/JSON; charset="UTF-8"'
one headers event_id 242
one headers idempotency 38e03978e-40d5-43dd-bc93-6894a57f9324
one headers authorization '4Bearer gk_abcd1234_0123456789abcdef'
one query jobs '0status=failed&created_after=2026-01-31T12:00:00Z&metadata.sku=%227%22&metadata.x=%7B&limit=100'
one query page '0created_before=2026-01-31T12:00:00%2B01:00&cursor=1760000000123456-00000000000000000000000000000007'
one query assets '1kind=video&origin=render&limit=1'
one query upload '2kind=products&name=ring%20gold.jpg'
one operator pasted 0gk_abcd1234_0123456789abcdef
one operator span 190d
one operator moment 22026-05-31T18:00:00+02:00
one operator day 22026-05-31
one operator rate 330/m
one operator letter 40123456789ab
one operator count 5default
one operator place 6video.example:8080
one operator answer '7{"ready":false,"dependencies":[{"name":"s3","ok":false,"required":true,"why":"it is away"}]}'
one config network 0192.168.1.0/24
one config network_v6 02001:db8::/32
one config clamd '1tcp://[::1]:3310'
one config clamd_socket 1unix:/run/clamav/clamd.ctl
one config size 2512MiB
one config endpoint 3https://s3.example:9000/
one config name 4gildhall-videos.eu
one config days 5365

one attachment name 'кольцо "7"/.mp4'
one attachment media_type video/mp4
one scanner clean 'stream: OK\0000'
one scanner infected 'stream: Win.Test.EICAR_HDB-1 FOUND\0000'
# AMQP's properties: flags, a content type, and a table of headers.
one dead_letter stranger '\0240\0000\0020application/json\0000\0000\0000\0015\0004mineS\0000\0000\0000\0003yes{}'
at='\0022x-gildhall-dead-atS\0000\0000\0000\00319999-12-31T23:59:59-00:01'
one dead_letter labelled "\\0040\\0000\\0000\\0000\\0000\\0113\\0021x-gildhall-reasonS\\0000\\0000\\0000\\0003old$at{}"

for target in $("$tool" list); do
    echo "fuzz: $target for $FUZZ_SECONDS s"
    dictionary=fuzz/dictionaries/$target.dict
    case $target in
        spec_*) dictionary=fuzz/dictionaries/spec.dict ;;
        content) dictionary=fuzz/dictionaries/image.dict ;;
    esac
    set -- "-max_total_time=$FUZZ_SECONDS" -print_final_stats=1
    [ ! -f "$dictionary" ] || set -- "$@" "-dict=$dictionary"
    "$tool" run -s none "$target" -- "$@"
done
