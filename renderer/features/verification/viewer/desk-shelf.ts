import { openDocument } from './open-document.ts';
import { createShelf, type Shelf } from './shelf.ts';

/** What the viewer uses: the case in view, one earlier attempt beside it, and the next two cases. */
export const shelf: Shelf = createShelf(4, openDocument, () => {
  void import('./pdf-document.ts').then(({ warmUp }) => warmUp());
});
