#!/bin/sh
# build-ffmpeg <to>: ffmpeg and ffprobe from Debian's source package, static but for the C library.
set -eu
export DEBIAN_FRONTEND=noninteractive
for list in /etc/apt/sources.list.d/*.sources; do
  [ -e "$list" ] && sed -i 's/^Types: deb$/Types: deb deb-src/' "$list"
done
if [ -s /etc/apt/sources.list ]; then sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >/etc/apt/sources.list.d/source.list; fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends dpkg-dev gcc libc6-dev make nasm pkg-config libopus-dev libmp3lame-dev libopencore-amrnb-dev libopencore-amrwb-dev zlib1g-dev >/dev/null
# Only the archives of these, so that the programs carry them and the image needs no packages.
for library in opus mp3lame opencore-amrnb opencore-amrwb z; do rm "/usr/lib/$(gcc -print-multiarch)/lib$library.so"; done
mkdir /build && cd /build
apt-get source -qq ffmpeg
cd ffmpeg-*/
# AMR by the library of its makers: ffmpeg's own decoder leaves out the pauses that phones mark instead of coding them.
# What must be read stands in packages/media/src/sound/formats.ts; a test compares both lists.
./configure --prefix="$1" --disable-everything --disable-autodetect --disable-doc --disable-debug --disable-network \
  --disable-ffplay --disable-avdevice --disable-swscale --disable-postproc --enable-small \
  --enable-pthreads --enable-zlib --enable-libopus --enable-libmp3lame --pkg-config-flags=--static \
  --enable-version3 --enable-libopencore-amrnb --enable-libopencore-amrwb \
  --enable-protocol='file,pipe' --enable-demuxers --disable-demuxer='concat,hls,dash,imf,rtsp,rtp,sdp,sap,image2*,image_*,ffmetadata,tedcaptions' \
  --enable-parsers --enable-bsf='aac_adtstoasc,extract_extradata,null,opus_metadata' \
  --enable-decoder='aac*,ac3*,adpcm_*,alac,als,ape,aptx*,atrac*,cook,dca,dolby_e,dsd_*,dss_sp,dvaudio,eac3,evrc,flac,g723_1,g729,gsm*,ilbc,imc,libopencore_amr*,mace*,metasound,mlp,mp1*,mp2*,mp3*,mpc*,nellymoser,opus,pcm_*,qcelp,qdm2,qdmc,ra_*,ralf,s302m,sbc,shorten,sipr,speex,tak,truehd,truespeech,tta,twinvq,vorbis,wavpack,wma*' \
  --enable-encoder='aac,flac,libmp3lame,libopus,pcm_s16le,pcm_f32le' \
  --enable-muxer='adts,flac,ipod,mp3,mp4,null,ogg,opus,pcm_s16le,segment,stream_segment,wav' \
  --enable-filter='abuffer,abuffersink,acompressor,adelay,aformat,afade,agate,alimiter,amerge,amix,anull,anullsrc,aresample,asegment,asetnsamples,asetpts,asetrate,ashowinfo,asplit,astats,atrim,atempo,aevalsrc,concat,dynaudnorm,ebur128,highpass,join,loudnorm,lowpass,pan,silencedetect,silenceremove,sine,volume,volumedetect'
make -s -j"$(nproc)" >/dev/null 2>&1
make install-progs >/dev/null
strip "$1"/bin/*
"$1/bin/ffmpeg" -hide_banner -version | head -1
