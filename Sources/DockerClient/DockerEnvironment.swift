// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What the environment says about Docker, as whoever reads it passes it on.
///
/// This target reads no environment itself.
package struct DockerEnvironment: Sendable, Hashable {
    /// `DOCKER_HOST`; empty counts as unset.
    package var host: String
    /// `DOCKER_TLS_VERIFY`; anything but empty asks for verification.
    package var tlsVerify: String
    /// `DOCKER_CERT_PATH`: the folder of `ca.pem`, `cert.pem` and `key.pem`.
    package var certificatePath: String
    /// `XDG_RUNTIME_DIR`, where a rootless engine has its socket.
    package var runtimeDirectory: String
    /// `HOME`, for `~/.docker`.
    package var home: String
    /// The effective user, for `/run/user/UID`.
    package var userID: UInt32

    package init(
        host: String = "",
        tlsVerify: String = "",
        certificatePath: String = "",
        runtimeDirectory: String = "",
        home: String = "",
        userID: UInt32 = 0
    ) {
        self.host = host
        self.tlsVerify = tlsVerify
        self.certificatePath = certificatePath
        self.runtimeDirectory = runtimeDirectory
        self.home = home
        self.userID = userID
    }

    /// Takes what it needs out of a process's environment.
    package init(variables: [String: String], userID: UInt32) {
        self.init(
            host: variables["DOCKER_HOST"] ?? "",
            tlsVerify: variables["DOCKER_TLS_VERIFY"] ?? "",
            certificatePath: variables["DOCKER_CERT_PATH"] ?? "",
            runtimeDirectory: variables["XDG_RUNTIME_DIR"] ?? "",
            home: variables["HOME"] ?? "",
            userID: userID
        )
    }
}
