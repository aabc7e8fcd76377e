#!/bin/bash
# Draws pictures, changes them, and compares what came of it.
set -euo pipefail
cd "$(mktemp -d)"
for n in 1 2 3 4; do
    convert -size 400x300 gradient:red-blue -fill white -draw "circle 200,150 200,$((50 + n * 10))" "in$n.png"
    convert "in$n.png" -resize 50% -rotate 90 -blur 0x2 -quality 80 "out$n.jpg"
    [ "$(identify -format '%wx%h %m' "out$n.jpg")" = "150x200 JPEG" ]
done
convert in1.png in2.png in3.png -loop 0 -delay 20 all.gif
[ "$(identify all.gif | wc -l)" = 3 ]
montage in?.png -tile 2x2 -geometry +2+2 sheet.png
[ "$(compare -metric AE in1.png in1.png null: 2>&1)" = 0 ]
! compare -metric AE in1.png in2.png null: 2>/dev/null
echo "4 pictures as expected"
