// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Posture
import Testing

@Suite("secrets in the environment")
struct SecretShapeTests {
    @Test(
        "a secret is known by its name or by its shape",
        arguments: [
            "MYSQL_ROOT_PASSWORD=hunter2", "PGPASSWORD=x7", "db_password=x7", "API_KEY=0123",
            "GITHUB_TOKEN=abc", "AWS_SECRET_ACCESS_KEY=abc", "SECRET_KEY_BASE=abc",
            "X=AKIAIOSFODNN7EXAMPLE", "X=ghp_0123456789012345678901234567890123456789",
            "DATABASE_URL=postgres://shop:hunter2@db/shop",
            "X=-----BEGIN RSA PRIVATE KEY-----\nabc",
            "X=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghij",
        ]
    )
    func secrets(_ text: String) {
        #expect(SecretShape.matches(EnvironmentVariable(text)))
    }

    @Test(
        "what only looks like one is none",
        arguments: [
            "PATH=/usr/bin", "PWD=/app", "OLDPWD=/", "DB_PASSWORD_FILE=/run/secrets/db",
            "DB_PASSWORD=/run/secrets/db", "DB_PASSWORD=", "ALLOW_EMPTY_PASSWORD=yes",
            "USE_TOKEN=true",
            "TOKENIZER=fast", "KEYBOARD=us", "URL=https://example.org/a@b", "URL=http://user@host/",
            "DATABASE_URL=postgres://shop:${PASSWORD}@db/shop", "X=-----BEGIN CERTIFICATE-----",
            "COMPASS=north", "GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568",
        ]
    )
    func others(_ text: String) {
        #expect(!SecretShape.matches(EnvironmentVariable(text)))
    }

    @Test("names are told, and the value is nowhere in what is told or described")
    func values() {
        let posture = CleanContainer.posture {
            $0.environment += [
                EnvironmentVariable("DB_PASSWORD=hunter2"), EnvironmentVariable("A=b"),
                EnvironmentVariable("API_KEY=hunter2"),
            ]
        }
        #expect(
            posture.findings == [
                Finding(.secretInEnvironment, .medium, ["API_KEY", "DB_PASSWORD"])
            ]
        )
        var state = PostureState()
        let events = state.judged(CleanContainer.facts, posture)
        let text = events.map { String(decoding: $0.json, as: UTF8.self) }.joined()
        #expect(text.contains("DB_PASSWORD"))
        #expect(!text.contains("hunter2"))
        let variable = EnvironmentVariable("DB_PASSWORD=hunter2")
        var dumped = ""
        dump(variable, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect("\(variable) \(String(reflecting: [variable]))" == "DB_PASSWORD=… [DB_PASSWORD=…]")
    }
}
