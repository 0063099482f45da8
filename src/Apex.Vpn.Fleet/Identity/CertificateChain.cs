using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>Whether a certificate was signed by one of some authorities, directly: this fleet has no intermediates.</summary>
internal static class CertificateChain
{
    /// <summary>Checks signature, usage and dates; downloads nothing, trusts nothing of the machine. Never throws.</summary>
    internal static CertificateVerdict Check(
        X509Certificate2 certificate, IEnumerable<X509Certificate2> authorities, string usage, DateTimeOffset now)
    {
        try
        {
            if (!CertificateProfile.IsP256(certificate.PublicKey)) return CertificateVerdict.WrongKey;
            if (!IsSigned(certificate, authorities, now)) return CertificateVerdict.Untrusted;
            // From here on it is known that the authority made it; what is wrong may be told apart.
            if (now < CertificateProfile.Begin(certificate)) return CertificateVerdict.NotYetValid;
            if (now > CertificateProfile.End(certificate)) return CertificateVerdict.Expired;
            return CertificateProfile.HasUsage(certificate, usage) ? CertificateVerdict.Valid : CertificateVerdict.WrongUsage;
        }
        catch (Exception error) when (CertificateSigningRequest.IsBadInput(error))
        {
            return CertificateVerdict.Malformed;
        }
    }

    private static bool IsSigned(X509Certificate2 certificate, IEnumerable<X509Certificate2> authorities, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // there is a list of our own
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid; // the leaf's dates are checked apart
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        foreach (X509Certificate2 authority in authorities) chain.ChainPolicy.CustomTrustStore.Add(authority);
        bool built = chain.Build(certificate);
        bool direct = built && chain.ChainElements.Count == 2 && IsAlive(chain.ChainElements[1].Certificate, now);
        foreach (X509ChainElement element in chain.ChainElements) element.Certificate.Dispose();
        return direct;
    }

    private static bool IsAlive(X509Certificate2 authority, DateTimeOffset now) =>
        now >= CertificateProfile.Begin(authority) && now <= CertificateProfile.End(authority);
}
