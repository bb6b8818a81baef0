import { boolean, integer } from '../variables.ts';
import { group } from './group.ts';

/** How photos for an avatar are judged, and what is done with the faces in them. docs/AVATARS.md has the reasons. */
export interface PhotoRules {
  /** False: nobody's face is looked at, measured or compared. */
  readonly faces: boolean;
  /** A photo of a person without a face that can be found is turned down instead of asked about. */
  readonly faceRequired: boolean;
  /** Sharpness in the face: below the first it is turned down, below the second asked about. */
  readonly blurred: number;
  readonly unsharp: number;
  /** Width of the face against the picture's, in thousandths: turned down, asked about. */
  readonly tinyFace: number;
  readonly smallFace: number;
  /** A second face this large against the first, in percent, is somebody else in the picture. */
  readonly secondFace: number;
  /** Turned down when no part of the picture is lighter than this, of 255. */
  readonly dark: number;
  /** Asked about beyond this distance, in hundredths, from the other photos. */
  readonly otherPerson: number;
  /** Up to this distance, in hundredths, two faces count as alike. */
  readonly alike: number;
  /** Photos are looked at for minors and nudity before a training. */
  readonly judged: boolean;
  /** Pictures made with a new avatar at the house's expense. */
  readonly firstPictures: number;
  /** Percent of the photos that the best of them has to be like. */
  readonly likenessBar: number;
  /** Several pictures of an order are shown in the order of their likeness. */
  readonly sorted: boolean;
}

export const photosGroup = group({
  title: 'Photos and likeness of avatars',
  variables: {
    FACES: {
      schema: boolean(true),
      doc: 'Faces are looked at on the worker (a process of its own, 500 MB while it works), with the consent of the person: checks of photos, likeness of pictures.',
      expected: 'on or off',
      example: 'on',
    },
    FACE_REQUIRED: {
      // The detector misses faces in profile, in make-up and in drawings: a refusal would keep people from their avatar.
      schema: boolean(false),
      doc: 'Whether a portrait photo in which no face is found is turned down; otherwise its owner is asked.',
      expected: 'on or off',
      example: 'off',
    },
    PHOTO_BLURRED: {
      // Measured: a blur of 5 pixels gives 8 to 11, of 3 pixels 19 to 35.
      schema: integer(0, 1_000, 12),
      doc: 'Sharpness in the face (variance of the Laplacian at 128 × 128) below which a photo is turned down.',
      expected: 'a whole number, 0: none is',
      example: '12',
    },
    PHOTO_UNSHARP: {
      // Measured: sharp faces have 67 to 700, a blur of 3 pixels 19 to 35.
      schema: integer(0, 1_000, 35),
      doc: 'The same, below which its owner is asked.',
      expected: 'a whole number, 0: never',
      example: '35',
    },
    PHOTO_TINY_FACE: {
      // 1,024 pixels are trained with: a face of 25 of them has nothing to learn from.
      schema: integer(0, 1_000, 25),
      doc: 'Width of the face in thousandths of the picture below which a photo is turned down.',
      expected: 'thousandths, 0: none is',
      example: '25',
    },
    PHOTO_SMALL_FACE: {
      schema: integer(0, 1_000, 60),
      doc: 'The same, below which its owner is asked.',
      expected: 'thousandths, 0: never',
      example: '60',
    },
    PHOTO_SECOND_FACE: {
      // Passers-by are smaller; a training learns from whoever is large.
      schema: integer(10, 100, 45),
      doc: 'Width of a second face in percent of the first from which it counts as another person in the picture.',
      expected: 'percent, from 10 to 100',
      example: '45',
    },
    PHOTO_DARK: {
      schema: integer(0, 255, 32),
      doc: 'A photo is turned down when none of its 64 parts is lighter than this.',
      expected: 'a level from 0 to 255, 0: none is',
      example: '32',
    },
    FACE_OTHER_PERSON: {
      // Measured: photos of one person lie up to 0.59 apart, 95 of 100 different ones beyond 0.67.
      schema: integer(10, 200, 65),
      doc: 'Distance of a face from the others (in hundredths) beyond which its owner is asked whether it is another person.',
      expected: 'hundredths',
      example: '65',
    },
    FACE_ALIKE: {
      // Measured: 91 of 100 pairs of one person lie within 0.50, none of different people.
      schema: integer(10, 200, 50),
      doc: 'Distance (in hundredths) up to which two faces count as alike.',
      expected: 'hundredths',
      example: '50',
    },
    PHOTO_JUDGE: {
      schema: boolean(true),
      doc: 'Photos of a portrait are looked at by the vision model for minors and nudity before a training; a doubt refuses.',
      expected: 'on or off',
      example: 'on',
    },
    FIRST_PICTURES: {
      // As many as one request draws; the best of four is a fair first look.
      schema: integer(0, 4, 4),
      doc: 'Pictures that are made with a new avatar at the expense of the house, and measured; 0: none.',
      expected: 'a whole number from 0 to 4',
      example: '4',
    },
    LIKENESS_BAR: {
      // A picture that most of the photos do not recognise is not the person.
      schema: integer(0, 100, 50),
      doc: 'Percent of the photos that the best first picture has to be like; below it there is a free training or the money back.',
      expected: 'percent, 0: never',
      example: '50',
    },
    LIKENESS_SORTED: {
      schema: boolean(true),
      doc: 'Whether several pictures of one order come with those first that are most like the person.',
      expected: 'on or off',
      example: 'on',
    },
  },
  build: (v): PhotoRules => ({
    faces: v.FACES,
    faceRequired: v.FACES && v.FACE_REQUIRED,
    blurred: v.PHOTO_BLURRED,
    unsharp: v.PHOTO_UNSHARP,
    tinyFace: v.PHOTO_TINY_FACE,
    smallFace: v.PHOTO_SMALL_FACE,
    secondFace: v.PHOTO_SECOND_FACE,
    dark: v.PHOTO_DARK,
    otherPerson: v.FACE_OTHER_PERSON,
    alike: v.FACE_ALIKE,
    judged: v.PHOTO_JUDGE,
    firstPictures: v.FIRST_PICTURES,
    likenessBar: v.LIKENESS_BAR,
    sorted: v.FACES && v.LIKENESS_SORTED,
  }),
});
