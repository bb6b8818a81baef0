import { extname } from 'node:path';
import type { IncomingMedia } from '@aisha/core';
import type { ExternalReplyInfo, Message } from 'telegraf/types';

const extensions = (list: string) => new Set(list.split(' '));
const TEXT_FILES = extensions(
  '.txt .text .md .markdown .srt .vtt .ass .ssa .sbv .lrc .ttml .dfxp .docx .odt .rtf .pdf .log',
);
const TEXT_TYPES =
  /^(text\/(plain|markdown|x-markdown|vtt|srt|rtf|x-log)|application\/(pdf|rtf|x-rtf|x-subrip|ttml\+xml|vnd\.oasis\.opendocument\.text|vnd\.openxmlformats-officedocument\.wordprocessingml\.document))$/;
/** Clearly something else than a recording or a text: whoever sends it is told at once. */
const FOREIGN_FILES = extensions(
  '.jpg .jpeg .jpe .jfif .png .gif .webp .heic .heif .avif .tif .tiff .bmp .svg .ico .psd .raw .dng .cr2 .nef .arw ' +
    '.zip .rar .7z .gz .tgz .tar .bz2 .xz .zst .iso .dmg .apk .ipa .exe .msi .deb .rpm .jar .dll .so .bin .torrent ' +
    '.xls .xlsx .xlsm .ods .csv .tsv .ppt .pptx .odp .key .numbers .pages .epub .fb2 .mobi .djvu .html .htm .xml .json ' +
    '.js .py .css .sql .db .sqlite .ttf .otf .woff .woff2 .tgs .safetensors .onnx .pt .vcf .ics .eml .doc',
);
const FOREIGN_TYPES =
  /^(image|font|model|message|text)\/|^application\/(zip|gzip|json|xml|x-(zip|7z|rar|tar|bzip|msdownload|msdos|tgsticker|sqlite)|vnd\.(ms-|android|rar|openxmlformats|oasis)|java|epub|msword)/;
const SOUND_FILES = extensions(
  '.mp3 .m4a .m4b .aac .wav .wave .w64 .ogg .oga .opus .spx .flac .wma .amr .awb .aif .aiff .aifc .caf .qta .mka .3ga .ac3 ' +
    '.eac3 .dts .gsm .g722 .au .snd .voc .ape .wv .tta .mpc .dss .ds2 .mp2 .mpa .ra .qcp ' +
    '.mp4 .m4v .mov .qt .mkv .avi .webm .mpeg .mpg .vob .3gp .3g2 .wmv .asf .flv .f4v .mts .m2ts .mxf .rm .ogv .ts',
);

/** What a message brings to be transcribed or read; null when it brings nothing of the kind. */
export function mediaOf(message: Message | ExternalReplyInfo): IncomingMedia | null {
  if ('voice' in message) return media('voice', message.voice);
  if ('audio' in message) return media('audio', message.audio);
  if ('video_note' in message) return media('video_note', message.video_note);
  // An animation is also a document; it has no sound.
  if ('animation' in message) return null;
  if ('video' in message) return media('video', message.video);
  if ('document' in message) {
    const { file_name: name = '', mime_type: type = '' } = message.document;
    const extension = extname(name).toLowerCase();
    const kind = type.toLowerCase();
    if (/^(audio|video)\//.test(kind) || SOUND_FILES.has(extension))
      return media('document', message.document);
    if (TEXT_FILES.has(extension) || TEXT_TYPES.test(kind)) return media('text', message.document);
    // What nothing is known of is looked into: its content decides.
    if (!FOREIGN_FILES.has(extension) && !FOREIGN_TYPES.test(kind))
      return media('document', message.document);
  }
  return null;
}

function media(
  source: IncomingMedia['source'],
  file: { file_id: string; file_name?: string; mime_type?: string; file_size?: number; duration?: number },
): IncomingMedia {
  return {
    source,
    fileId: file.file_id,
    fileName: file.file_name ?? null,
    mimeType: file.mime_type ?? null,
    fileSize: file.file_size ?? null,
    durationS: file.duration ?? null,
  };
}
