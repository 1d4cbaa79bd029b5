// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import WebServer

/// A password that is quick to check, as no real one is.
enum TestPassword {
    static let text = "correct horse"

    /// Computed by another implementation: Python's `hashlib.scrypt`, N=16, r=1,
    /// p=1.
    static func hash() throws -> PasswordHash {
        let json = """
            {"algorithm":"scrypt","rounds":16,"blockSize":1,"parallelism":1,
             "salt":"c2FsdHNhbHRzYWx0c2Fs","hash":"fMvPcF_DKhAcTv1pZv4ySRM1IAWuQN4ZrpzsI8R1jps"}
            """
        return try JSONDecoder().decode(PasswordHash.self, from: Data(json.utf8))
    }
}
