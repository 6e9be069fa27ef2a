/** A mistake of the user's, such as a file that is not what it should be. The message is one line and says all there is to say. */
export class UserError extends Error {
  override readonly name = "UserError";
}
