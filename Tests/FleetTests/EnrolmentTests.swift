// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Fleet
import Testing

@Suite("Enrolment")
struct EnrolmentTests {
    @Test("an agent with a good token is registered in the token's group")
    func good() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let identity = try await manager.enrol("web-1", at: address)

            #expect(identity.id == "100001")
            #expect(identity.name == "web-1")
            #expect(identity.managers == [address.description])
            #expect(identity.authority == manager.authority.pem)
        }

        let report = try #require(manager.registry.reports.first)
        #expect(report.groups == ["web"])
        #expect(report.presence == .neverConnected)
    }

    @Test("a token lets one agent in, and the second is told that it was used")
    func usedToken() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let token = try manager.token(for: address)
            _ = try await Enroller(address, token, now: TestManager.now).enrol("web-1")
            let error = await #expect(throws: FleetError.self) {
                _ = try await Enroller(address, token, now: TestManager.now).enrol("web-2")
            }
            #expect(error?.code == .tokenUsed)
        }
    }

    @Test("a token that ran out is refused with these words")
    func expiredToken() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let token = try manager.token(for: address, expiresIn: -1)
            let error = await #expect(throws: FleetError.self) {
                _ = try await Enroller(address, token, now: TestManager.now).enrol("web-1")
            }
            #expect(error?.code == .tokenExpired)
        }
    }

    @Test("a token nobody made is unknown, whatever it says")
    func forgedToken() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let token = EnrolmentToken(
                manager: address.description,
                fingerprint: manager.authority.fingerprint,
                expires: TestManager.now() + 60_000
            )
            let error = await #expect(throws: FleetError.self) {
                _ = try await Enroller(address, token, now: TestManager.now).enrol("web-1")
            }
            #expect(error?.code == .tokenUnknown)
        }
    }

    // Whoever stands between could otherwise be sent the secret.
    @Test("a manager with another authority is told nothing")
    func otherAuthority() async throws {
        let (manager, other) = (try TestManager(), try TestManager())

        try await manager.serve { address in
            let token = try other.token(for: address)
            let error = await #expect(throws: FleetError.self) {
                _ = try await Enroller(address, token, now: TestManager.now).enrol("web-1")
            }
            #expect(error?.code == .wrongAuthority)
        }

        #expect(try other.file.read().tokens.first?.usedBy == nil)
    }

    @Test("a clock that is an hour off is named as the cause")
    func clock() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let token = try manager.token(for: address)
            let error = await #expect(throws: FleetError.self) {
                _ = try await Enroller(address, token, now: { TestManager.now() - 3_600_000 })
                    .enrol("web-1")
            }
            #expect(error?.code == .clock)
            #expect(error?.message.contains("60 minutes behind") == true)
        }
    }

    @Test("a manager that is called by a name it does not have is named as the cause")
    func wrongHost() async throws {
        let manager = try TestManager()

        try await manager.serve(names: ["manager.example"]) { address in
            let token = try manager.token(for: address)
            let error = await #expect(throws: FleetError.self) {
                _ = try await Enroller(address, token, now: TestManager.now).enrol("web-1")
            }
            #expect(error?.code == .wrongHost)
            #expect(error?.message.contains("manager.example") == true)
        }
    }

    // Names stand in paths and on pages.
    @Test(
        "names that are no plain names are refused, and the token stays good",
        arguments: ["../../etc", "a", "web 1", "-rf", ".hidden", "a\u{0}b", "<b>x</b>"]
    )
    func badName(_ name: String) async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let token = try manager.token(for: address)
            let enroller = Enroller(address, token, now: TestManager.now)
            let error = await #expect(throws: FleetError.self) {
                _ = try await enroller.enrol(name)
            }
            #expect(error?.code == .invalidName)
            #expect(try await enroller.enrol("web-1").id == "100001")
        }
    }

    @Test("a name that another agent has is refused")
    func takenName() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            _ = try await manager.enrol("web-1", at: address)
            let error = await #expect(throws: FleetError.self) {
                _ = try await manager.enrol("web-1", at: address)
            }
            #expect(error?.code == .nameTaken)
        }
    }

    @Test("the number of an agent that was removed is not given again")
    func numbers() throws {
        var contents = FleetContents()
        let token = EnrolmentToken(manager: "https://a:1", fingerprint: "", expires: 10)
        let second = EnrolmentToken(manager: "https://a:1", fingerprint: "", expires: 10)
        try contents.add(token.kept(groups: []), at: 0)
        try contents.add(second.kept(groups: []), at: 0)

        let digest = token.kept(groups: []).digest
        let first = try contents.enrol("one", token: token.id, digest: digest, at: 1)
        try contents.remove(first.id)
        let other = second.kept(groups: []).digest
        let next = try contents.enrol("two", token: second.id, digest: other, at: 1)

        #expect(first.id == "100001")
        #expect(next.id == "100002")
    }

    @Test("a token survives its text, and what is no token is refused")
    func tokenText() throws {
        let token = EnrolmentToken(
            manager: "https://m:9697",
            fingerprint: String(repeating: "a", count: 64),
            expires: 5
        )

        #expect(try EnrolmentToken(try token.text()) == token)
        for text in [
            "", "jaga1.", "jaga1.!!", "jaga1.e30", "jaga2." + (try token.text()).dropFirst(6),
        ] {
            #expect(throws: FleetError.self) { try EnrolmentToken(text) }
        }
    }

    @Test("the manager's certificate is made anew when a third of its time is left")
    func rotation() throws {
        let manager = try TestManager()
        let begin = TestManager.startSeconds
        let tls = try ManagerTLS(manager.authority, names: ["localhost"], at: begin)
        let first = tls.certificate

        #expect(try !tls.renewIfDue(at: begin + 200 * 86_400))
        #expect(tls.certificate == first)
        #expect(try tls.renewIfDue(at: begin + 300 * 86_400))
        #expect(tls.certificate != first)
        #expect(try CertificateTimes(pem: tls.certificate).end > begin + 600 * 86_400)
    }
}
