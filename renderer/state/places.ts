/** Where somebody was in a section, so that coming back from another screen shows the same. */
export type Places<Place> = {
  note(userId: string, place: Place): void;
  /** Where this user left it; null when they have not been there, whoever else has. */
  leftBy(userId: string): Place | null;
};

export function createPlaces<Place>(): Places<Place> {
  let left: { readonly userId: string; readonly place: Place } | null = null;
  return {
    note(userId, place) {
      left = { userId, place };
    },
    leftBy: (userId) => (left?.userId === userId ? left.place : null),
  };
}
