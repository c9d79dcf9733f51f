import './tables.ts';

export { type CreateUserResult, createUser, type NewUser } from './create-user.ts';
export { listUsers, teamsOfUsers, type UserFilter } from './directory.ts';
export { hashPassword, newOneTimePassword, verifyPassword } from './password.ts';
export { passwordProblem } from './password-rules.ts';
export {
  findProfile,
  hasOtherAdmin,
  maskPhone,
  type Profile,
  saveProfile,
  WEEKDAY_NAMES,
  type WorkingHours,
} from './profile.ts';
export {
  findUser,
  findUserByEmail,
  findUserByLogin,
  findUsers,
  hasActiveUser,
  listAdmins,
  passwordHashOf,
  setPasswordHash,
} from './store.ts';
export {
  createTeam,
  deleteTeam,
  findTeam,
  findTeamByNumber,
  listMembers,
  listTeams,
  setMaintainers,
  setTeamMembers,
  type Team,
  type TeamMember,
  updateTeam,
} from './team-store.ts';
export { ROLES, type Role, type User } from './user.ts';
