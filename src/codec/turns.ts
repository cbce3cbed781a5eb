/** Only one record at a time is on the page that is to be sent; a getter that is met while it is written may send another. */

let turns = 0;

/** A new record is written from now on. */
export function takeTurn(): number {
  return ++turns;
}

/** Whether no other has been begun since. */
export function hasTurn(turn: number): boolean {
  return turn === turns;
}
