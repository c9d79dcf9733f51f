/** Why a user cannot be made, by field. */
export const USER_REFUSALS = {
  invalid_username: { username: ['Enter 1 to 100 characters without blanks.'] },
  invalid_email: { email: ['Enter a valid email address.'] },
  username_taken: { username: ['This username is taken.'] },
  email_taken: { email: ['This email address is taken.'] },
} as const;
