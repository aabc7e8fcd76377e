#!/bin/bash
# Makes a short film with sound, converts it, cuts it, and looks at what came of it.
set -euo pipefail
cd "$(mktemp -d)"
quiet="-hide_banner -loglevel error -y"
ffmpeg $quiet -f lavfi -i testsrc=duration=2:size=320x240:rate=10 -f lavfi -i sine=frequency=440:duration=2 -c:v libx264 -preset ultrafast -c:a aac in.mp4
ffmpeg $quiet -i in.mp4 -c:v libvpx -deadline realtime -c:a libvorbis out.webm
ffmpeg $quiet -ss 0.5 -i in.mp4 -t 1 -c copy cut.mp4
ffmpeg $quiet -i in.mp4 -vf scale=160:-2 -frames:v 3 frame%d.png
ffmpeg $quiet -i in.mp4 -vn -ar 16000 sound.wav
[ "$(ffprobe -v error -select_streams v -show_entries stream=codec_name -of csv=p=0 out.webm)" = vp8 ]
[ "$(ls frame?.png | wc -l)" = 3 ]
[ "$(stat -c %s sound.wav)" -gt 60000 ]
echo "5 files as expected"
