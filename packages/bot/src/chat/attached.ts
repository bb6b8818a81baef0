import { extname } from 'node:path';

const extensions = (list: string) => new Set(list.split(' '));
const TEXT_FILES = extensions(
  '.txt .text .md .markdown .srt .vtt .ass .ssa .sbv .lrc .smi .sub .ttml .dfxp .docx .odt .rtf .pdf .log ' +
    '.html .htm .xhtml .mht .mhtml .eml .fb2 .xml .json .csv .tsv',
);
const TEXT_TYPES =
  /^(message\/rfc822|multipart\/related|text\/(plain|markdown|x-markdown|vtt|srt|rtf|x-log|html|xml|csv|tab-separated-values)|application\/(pdf|rtf|x-rtf|x-subrip|ttml\+xml|xhtml\+xml|xml|json|x-fictionbook(\+xml)?|x-mimearchive|vnd\.oasis\.opendocument\.text|vnd\.openxmlformats-officedocument\.wordprocessingml\.document))$/;
/** Those that cannot be used among them: whoever collects pictures says why. */
const PICTURE_FILES = extensions(
  '.jpg .jpeg .jpe .jfif .jfi .jif .pjpeg .pjp .png .apng .gif .webp .heic .heif .heics .heifs .hif .avif .avifs .tif ' +
    '.tiff .bmp .dib .jxl .jp2 .j2k .jpf .jpx .svg .ico .psd .raw .dng .cr2 .cr3 .nef .arw .orf .rw2 .raf',
);
const ARCHIVE_FILES = extensions('.zip');
const ARCHIVE_TYPES = /^(application|multipart)\/(x-)?zip(-compressed)?$/;
/** Clearly something else: whoever sends it is told at once. */
const FOREIGN_FILES = extensions(
  '.rar .7z .gz .tgz .tar .bz2 .xz .zst .iso .dmg .apk .ipa .exe .msi .deb .rpm .jar .dll .so .bin .torrent ' +
    '.xls .xlsx .xlsm .ods .ppt .pptx .odp .key .numbers .pages .epub .mobi .djvu ' +
    '.js .py .css .sql .db .sqlite .ttf .otf .woff .woff2 .tgs .safetensors .onnx .pt .vcf .ics .doc',
);
const FOREIGN_TYPES =
  /^(font|model|message|text)\/|^application\/(zip|gzip|x-(zip|7z|rar|tar|bzip|msdownload|msdos|tgsticker|sqlite)|vnd\.(ms-|android|rar|openxmlformats|oasis)|java|epub|msword)/;
const SOUND_FILES = extensions(
  '.mp3 .m4a .m4b .aac .wav .wave .w64 .ogg .oga .opus .spx .flac .wma .amr .awb .aif .aiff .aifc .caf .qta .mka .3ga .ac3 ' +
    '.eac3 .dts .gsm .g722 .au .snd .voc .ape .wv .tta .mpc .dss .ds2 .mp2 .mpa .ra .qcp ' +
    '.mp4 .m4v .mov .qt .mkv .avi .webm .mpeg .mpg .vob .3gp .3g2 .wmv .asf .flv .f4v .mts .m2ts .mxf .rm .ogv .ts',
);

/** What a document seems to be, by its name and its type. Both may be wrong or missing: the content decides. */
export type FileKind = 'picture' | 'archive' | 'sound' | 'text' | 'foreign' | 'unknown';

export function kindOfFile(document: {
  readonly file_name?: string | undefined;
  readonly mime_type?: string | undefined;
}): FileKind {
  const extension = extname(document.file_name ?? '').toLowerCase();
  const type = (document.mime_type ?? '').toLowerCase();
  // Phones send as "octet-stream" what they name rightly: the name goes first.
  if (PICTURE_FILES.has(extension)) return 'picture';
  if (SOUND_FILES.has(extension)) return 'sound';
  if (type.startsWith('image/')) return 'picture';
  if (/^(audio|video)\//.test(type)) return 'sound';
  if (TEXT_FILES.has(extension) || TEXT_TYPES.test(type)) return 'text';
  if (ARCHIVE_FILES.has(extension) || ARCHIVE_TYPES.test(type)) return 'archive';
  return FOREIGN_FILES.has(extension) || FOREIGN_TYPES.test(type) ? 'foreign' : 'unknown';
}
