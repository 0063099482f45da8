using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>What a node that wants to join says about itself. Checked when it is made; immutable.</summary>
public sealed class EnrolmentRequest
{
    /// <summary>The longest name of a node or city, in characters.</summary>
    public const int MaxNameLength = 64;

    private readonly byte[] _csr;

    private EnrolmentRequest(
        byte[] csr, Protocol.PublicKey deliveryKey, EnrolmentFingerprint fingerprint, string name, string city, Guid? node)
    {
        _csr = csr;
        DeliveryKey = deliveryKey;
        Fingerprint = fingerprint;
        Name = name;
        City = city;
        Node = node;
    }

    /// <summary>The certificate signing request, PKCS #10 DER; its signature was checked.</summary>
    public ReadOnlyMemory<byte> SigningRequest => _csr;

    /// <summary>The Curve25519 key that secrets for the node are sealed to.</summary>
    public Protocol.PublicKey DeliveryKey { get; }

    /// <summary>What a person compares: it stands for both keys.</summary>
    public EnrolmentFingerprint Fingerprint { get; }

    /// <summary>The name that the node gives.</summary>
    public string Name { get; }

    /// <summary>The city that the node says it is in.</summary>
    public string City { get; }

    /// <summary>The id that the node says it had before it rebooted; null for none. A claim, no proof.</summary>
    public Guid? Node { get; }

    /// <summary>Checks what came from the network. Never throws.</summary>
    /// <param name="signingRequest">The certificate signing request; anything may come.</param>
    /// <param name="deliveryKey">The key for secrets.</param>
    /// <param name="name">Lower-case letters, digits, dots and hyphens; 1 to <see cref="MaxNameLength"/>.</param>
    /// <param name="city">The same.</param>
    /// <param name="node">The id that the node had before; null for none.</param>
    /// <param name="request">The request; null when it is no good.</param>
    /// <param name="error">What is wrong, for the node's operator; null when nothing is.</param>
    public static bool TryCreate(
        ReadOnlySpan<byte> signingRequest,
        Protocol.PublicKey deliveryKey,
        string? name,
        string? city,
        Guid? node,
        [NotNullWhen(true)] out EnrolmentRequest? request,
        [NotNullWhen(false)] out string? error)
    {
        request = null;
        error = (IsName(name), IsName(city), deliveryKey.IsZero) switch
        {
            (false, _, _) => $"The name has 1 to {MaxNameLength} lower-case letters, digits, dots and hyphens.",
            (_, false, _) => $"The city has 1 to {MaxNameLength} lower-case letters, digits, dots and hyphens.",
            (_, _, true) => "The delivery key is missing.",
            _ => null,
        };
        if (error is not null) return false;
        CsrVerdict verdict = CertificateSigningRequest.Read(signingRequest, node, out PublicKey? key);
        if (verdict != CsrVerdict.Good)
        {
            error = $"The certificate signing request is refused: {verdict}.";
            return false;
        }
        var fingerprint = EnrolmentFingerprint.Of(key!.ExportSubjectPublicKeyInfo(), deliveryKey);
        request = new EnrolmentRequest(signingRequest.ToArray(), deliveryKey, fingerprint, name!, city!, node);
        return true;
    }

    internal static bool IsName([NotNullWhen(true)] string? name) =>
        name is { Length: >= 1 and <= MaxNameLength } && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");
}
