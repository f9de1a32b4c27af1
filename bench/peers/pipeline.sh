#!/bin/sh
# What one scripts of an afternoon: pipeline.sh ARCHIVE SYMBOL YEAR DATABASE. The archive counts microseconds since 2025.
for month in 01 02 03 04 05 06 07 08 09 10 11 12; do
  curl -sf "$1/data/spot/monthly/klines/$2/1m/$2-1m-$3-$month.zip" | funzip
done |
  awk -F, -v OFS=, -v symbol="$2" '{
    print symbol, "1m", strftime("%Y-%m-%d %H:%M:%S+00", $1 / 1000000, 1), $2, $3, $4, $5, $6, $8, $9, $10, $11
  }' |
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command 'copy market_data.spot_klines from stdin (format csv)' "$4"
