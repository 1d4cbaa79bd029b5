// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Adding, changing and removing people.
extension Accounts {
    /// How many users there may be.
    package static let userLimit = 1_000

    /// Why something was not done to a user.
    package enum UserObjection: Error, Sendable, Hashable, CustomStringConvertible {
        case badName
        case exists(String)
        case unknown(String)
        case tooMany
        /// Without an administrator nobody could change anything any more.
        case lastAdministrator(String)

        package var description: String {
            switch self {
            case .badName:
                "a user's name is from 1 to 64 letters, digits, dots, lines, underscores and @,"
                    + " and begins with a letter or digit"
            case .exists(let name): "there is a user \(name) already; see: jaga user list"
            case .unknown(let name): "there is no user \(name); see: jaga user list"
            case .tooMany: "there are \(Accounts.userLimit) users; remove some first"
            case .lastAdministrator(let name):
                "\(name) is the last administrator; make another one first"
            }
        }
    }

    /// Adds a user, who cannot sign in until a password is set.
    ///
    /// - Throws: ``UserObjection``.
    package mutating func addUser(_ name: String, _ role: Role, at now: Int64) throws(UserObjection)
    {
        guard Self.isUserName(name) else { throw .badName }
        guard user(name) == nil else { throw .exists(name) }
        guard users.count < Self.userLimit else { throw .tooMany }
        users.append(
            User(
                name: name,
                role: role,
                created: now,
                password: nil,
                passwordVersion: 0,
                setup: nil
            )
        )
    }

    /// Gives a user another role; sessions and tokens have it from the next request on.
    ///
    /// - Throws: ``UserObjection``.
    package mutating func setRole(_ role: Role, of name: String) throws(UserObjection) {
        guard let index = users.firstIndex(where: { $0.name == name }) else {
            throw .unknown(name)
        }
        if role != .administrator { try checkAdministrator(besides: name) }
        users[index].role = role
    }

    /// Removes a user with all tokens; sessions end.
    ///
    /// - Throws: ``UserObjection``.
    package mutating func removeUser(_ name: String) throws(UserObjection) {
        guard user(name) != nil else { throw .unknown(name) }
        try checkAdministrator(besides: name)
        users.removeAll { $0.name == name }
        tokens.removeAll { $0.user == name }
    }

    private func checkAdministrator(besides name: String) throws(UserObjection) {
        guard users.contains(where: { $0.role == .administrator && $0.name != name }) else {
            throw .lastAdministrator(name)
        }
    }

    private static func isUserName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64, isLetterOrDigit(first) else {
            return false
        }
        return name.utf8.allSatisfy { isLetterOrDigit($0) || "._-@".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }
}
