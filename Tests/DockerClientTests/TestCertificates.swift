// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Certificates and keys for tests alone, valid for a hundred years.
///
/// The engine's is for `localhost` and 127.0.0.1. Made with
/// `openssl req -x509` and `openssl x509 -req` on the curve P-256.
enum TestCertificates {
    /// Signed the engine's and the client's.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBlDCCATmgAwIBAgIUXPh12vNS3s4Oo0bm0WwCTE9RyUEwCgYIKoZIzj0EAwIw
        HjEcMBoGA1UEAwwTSmFnYSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjQwMDMyMDVa
        GA8yMTI2MTAzMTAwMzIwNVowHjEcMBoGA1UEAwwTSmFnYSB0ZXN0IGF1dGhvcml0
        eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEqda/ST2OxkGH2cXkL3AwK/FSZ+
        qfFyPVGPQ1BObS/7bD4B3N+X0St0K/oPZKLxb+pQFPjZuvZ8wh2eFcGv9hajUzBR
        MB0GA1UdDgQWBBRcy25SDgtXHJQ9s8jN0aC9342egDAfBgNVHSMEGDAWgBRcy25S
        DgtXHJQ9s8jN0aC9342egDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kA
        MEYCIQDIkpf0mroO3ILNyqFEvXus6IMybh+3PZnDL0xTsCPkxwIhALfHrkVQ0gYZ
        n4a7uQD3lLyDhDn7CpIcsPR5WX/bacT1
        -----END CERTIFICATE-----
        """

    /// Signed neither.
    static let otherAuthority = """
        -----BEGIN CERTIFICATE-----
        MIIBkDCCATWgAwIBAgIUP31Si2+dB4LrB7nWBWkWC19qNfQwCgYIKoZIzj0EAwIw
        HDEaMBgGA1UEAwwRQW5vdGhlciBhdXRob3JpdHkwIBcNMjYxMTI0MDAzMjA1WhgP
        MjEyNjEwMzEwMDMyMDVaMBwxGjAYBgNVBAMMEUFub3RoZXIgYXV0aG9yaXR5MFkw
        EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEX3ZkCklfhO1ZGk2c8HOl67tLiPzzKuXd
        CBbzWee5/iDH4sFeAXHDicf1hLmdRegbtYmKkst+7qe9LXoihu41GKNTMFEwHQYD
        VR0OBBYEFCECtdwzXKWGNItiG808znYl8ObDMB8GA1UdIwQYMBaAFCECtdwzXKWG
        NItiG808znYl8ObDMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh
        AMRoD/IbuKQV0VrdH2eCFjwBgTQtTYoSLmLKIZ5T34gpAiEAtfUDDdeWolTqAKtB
        iMh5uVLiIA5aHP2eEYzUemPgusQ=
        -----END CERTIFICATE-----
        """

    /// What the engine shows.
    static let engine = """
        -----BEGIN CERTIFICATE-----
        MIIBqDCCAU+gAwIBAgIUIPtyo5rHJvUKIVvthfWNtqteg8gwCgYIKoZIzj0EAwIw
        HjEcMBoGA1UEAwwTSmFnYSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjQwMDMyMDVa
        GA8yMTI2MTAzMTAwMzIwNVowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEUPZD0NujsoP7qwPQ1WKpBUFDtmU/lImgGN6tVnk0
        20gARgQTf6I2E3nKfnzybuOPPgDXgfpCYiNduhU3EGcCiaNzMHEwGgYDVR0RBBMw
        EYIJbG9jYWxob3N0hwR/AAABMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQW
        BBRjohBSRySujGYws/Jw15Z+5JQPWjAfBgNVHSMEGDAWgBRcy25SDgtXHJQ9s8jN
        0aC9342egDAKBggqhkjOPQQDAgNHADBEAiA0z22BvBWj6bKUCXMVIyqhbCV5VeEz
        YzLGPu5p0H2ydwIgQxfg09WzbnpedVtbuidrn8/UPWH/Rvlew8i27jPTZW0=
        -----END CERTIFICATE-----
        """

    /// The engine's private key.
    static let engineKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvCHzIFLYcQdtUba4
        YKAZg6mc8iscwNkVx4ilwiFzZyehRANCAARQ9kPQ26Oyg/urA9DVYqkFQUO2ZT+U
        iaAY3q1WeTTbSABGBBN/ojYTecp+fPJu448+ANeB+kJiI126FTcQZwKJ
        -----END PRIVATE KEY-----
        """

    /// What the client shows.
    static let client = """
        -----BEGIN CERTIFICATE-----
        MIIBhzCCAS6gAwIBAgIUIPtyo5rHJvUKIVvthfWNtqteg8kwCgYIKoZIzj0EAwIw
        HjEcMBoGA1UEAwwTSmFnYSB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjQwMDMyMDVa
        GA8yMTI2MTAzMTAwMzIwNVowDzENMAsGA1UEAwwEamFnYTBZMBMGByqGSM49AgEG
        CCqGSM49AwEHA0IABJh4HOSVUejH95hL4ojqtLvdq9HksKzE/S+/jVrd8drJbpry
        /2wR6OujRSkqvbE6JzRhT/SdCgGK4m7rpmfzYVujVzBVMBMGA1UdJQQMMAoGCCsG
        AQUFBwMCMB0GA1UdDgQWBBQTW+MoCjIkhxoFLkqJTNt4QmDdvTAfBgNVHSMEGDAW
        gBRcy25SDgtXHJQ9s8jN0aC9342egDAKBggqhkjOPQQDAgNHADBEAiBDAVosQw9x
        Pu3o0e36ciZbP0ImnTLmdjtcwMOCetHaYwIgdecDsM8HDBtyaN/XATbj/gPBn0Zf
        6tkLyTHpgPo7hgQ=
        -----END CERTIFICATE-----
        """

    /// The client's private key.
    static let clientKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9J+7MKRT4GWDEYga
        QwrvlO219sWrz0HhyrGsvOIWwxmhRANCAASYeBzklVHox/eYS+KI6rS73avR5LCs
        xP0vv41a3fHayW6a8v9sEejro0UpKr2xOic0YU/0nQoBiuJu66Zn82Fb
        -----END PRIVATE KEY-----
        """
}
