namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Text that is written into the caller's memory; where that ends, only counted.</summary>
internal ref struct TextSink(Span<char> destination)
{
    private readonly Span<char> _destination = destination;

    /// <summary>How many characters there are, written or counted.</summary>
    internal int Length { get; private set; }

    /// <summary>Whether all of them were written.</summary>
    internal readonly bool Fits => Length <= _destination.Length;

    private readonly Span<char> Rest => Fits ? _destination[Length..] : [];

    internal void Append(scoped ReadOnlySpan<char> text)
    {
        text.TryCopyTo(Rest);
        Length += text.Length;
    }

    /// <summary>A value of which the text is short: a number, an address, a prefix.</summary>
    internal void Append<T>(T value, scoped ReadOnlySpan<char> format = default) where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[64];
        if (!value.TryFormat(text, out int written, format, null)) throw new InvalidOperationException("A value's text is too long.");
        Append(text[..written]);
    }

    /// <summary>A key as base64, written where it goes and nowhere else.</summary>
    internal void AppendSecret(SecretKey key)
    {
        if (Rest.Length >= KeyText.Base64Length) key.WriteBase64(Rest);
        Length += KeyText.Base64Length;
    }
}
