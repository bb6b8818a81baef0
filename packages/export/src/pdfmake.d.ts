/** What we use of it: its published types bring those of browsers along, and with them another `fetch` for every package. */
declare module 'pdfmake' {
  export type Margins = readonly [left: number, top: number, right: number, bottom: number];

  interface Look {
    readonly font?: string;
    readonly fontSize?: number;
    readonly lineHeight?: number;
    readonly bold?: boolean;
    readonly italics?: boolean;
    readonly color?: string;
    readonly fillColor?: string;
    readonly alignment?: 'left' | 'center' | 'right' | 'justify';
    readonly margin?: Margins;
    readonly style?: string;
    /** A share of the width (`30%`), what is left (`*`), or points. */
    readonly width?: string | number;
    readonly unbreakable?: boolean;
  }

  export type Content =
    | (Look & { readonly text: string | readonly Content[] })
    | (Look & { readonly stack: readonly Content[] })
    | (Look & { readonly columns: readonly Content[]; readonly columnGap?: number })
    | (Look & { readonly table: Table; readonly layout?: string | Layout });

  interface Table {
    readonly headerRows: number;
    /** So many rows stay on one page with the head. */
    readonly keepWithHeaderRows?: number;
    readonly dontBreakRows?: boolean;
    readonly widths: readonly (string | number)[];
    readonly body: readonly (readonly Content[])[];
  }

  interface Layout {
    readonly hLineWidth: () => number;
    readonly vLineWidth: () => number;
    readonly hLineColor: () => string;
    readonly vLineColor: () => string;
    readonly paddingTop: () => number;
    readonly paddingBottom: () => number;
  }

  export interface Definition {
    readonly pageSize: 'A4';
    readonly pageMargins: Margins;
    readonly info: { readonly title: string; readonly creator: string };
    readonly defaultStyle: Look;
    readonly styles: Readonly<Record<string, Look>>;
    readonly content: readonly Content[];
    readonly footer: (page: number, pages: number) => Content;
    readonly pageBreakBefore: (
      node: { readonly style?: string },
      around: { readonly getFollowingNodesOnPage: () => readonly unknown[] },
    ) => boolean;
  }

  type Faces = Readonly<Record<'normal' | 'bold' | 'italics' | 'bolditalics', string>>;

  const pdfmake: {
    setFonts(fonts: Readonly<Record<string, Faces>>): void;
    setUrlAccessPolicy(allows: (url: string) => boolean): void;
    setLocalAccessPolicy(allows: (path: string) => boolean): void;
    createPdf(definition: Definition): { getBuffer(): Promise<Buffer> };
  };
  export default pdfmake;
}
