namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Reads a configuration line by line, and goes on after an error so that all are reported at once.</summary>
/// <remarks>
/// Accepts what <c>wg</c> and <c>wg-quick</c> accept, with these exceptions, which are mistakes more often than wishes: a key with one
/// value stands once, a public key stands once, a value has no space inside it, a port is a number.
/// </remarks>
internal ref struct ConfigurationParser
{
    /// <summary>What may surround a key, a value, an item. No other character is taken for space.</summary>
    internal const string Blanks = " \t\r\v\f";

    /// <summary>What separates the items of <c>Address</c> and <c>DNS</c>.</summary>
    internal const string ListSeparators = ", \t\r\v\f";

    /// <summary>A text that is no configuration at all is not worth a list as long as itself.</summary>
    internal const int MaxErrors = 100;

    private enum Section
    {
        None,
        Interface,
        Peer,
        Unknown,
    }

    private readonly WireGuardConfiguration _result;
    private readonly List<ConfigurationError> _errors = [];
    private readonly Dictionary<PublicKey, int> _peerLines = [];
    private Section _section;
    private PeerConfiguration? _peer;
    private int _interfaceLine;
    private int _peerLine;
    private uint _interfaceKeys; // a bit for each key that was seen
    private uint _peerKeys;
    private int _lineNumber;
    private ReadOnlySpan<char> _line;

    internal ConfigurationParser(WireGuardConfiguration result) => _result = result;

    /// <summary>Reads a text into the configuration and returns what is wrong with it.</summary>
    internal IReadOnlyList<ConfigurationError> Read(ReadOnlySpan<char> text)
    {
        if (text.StartsWith('\uFEFF')) text = text[1..]; // a byte order mark
        while (!text.IsEmpty && _errors.Count < MaxErrors)
        {
            int end = text.IndexOf('\n');
            _line = end < 0 ? text : text[..end];
            _lineNumber++;
            ReadLine();
            text = end < 0 ? [] : text[(end + 1)..];
        }
        FinishPeer();
        if (_interfaceLine == 0) Fail(1, 1, "there is no [Interface] section");
        else if (!Seen(_interfaceKeys, ConfigurationKey.PrivateKey)) Fail(_interfaceLine, 1, "the [Interface] section has no PrivateKey");
        // What is missing was found last.
        _errors.Sort(static (left, right) => (left.Line, left.Column).CompareTo((right.Line, right.Column)));
        return _errors;
    }

    private void ReadLine()
    {
        int comment = _line.IndexOf('#');
        ReadOnlySpan<char> line = (comment < 0 ? _line : _line[..comment]).Trim(Blanks);
        if (line.IsEmpty) return;
        if (line[0] == '[')
        {
            ReadHeader(line);
            return;
        }
        int equals = line.IndexOf('=');
        if (_section == Section.Unknown) return; // the header was the mistake, not each line below it
        if (equals < 0) Fail(line, "neither a section in brackets nor key = value");
        else if (_section == Section.None) Fail(line, "a line before the first section");
        else ReadValue(line[..equals].TrimEnd(Blanks), line[(equals + 1)..].Trim(Blanks));
    }

    private void ReadHeader(ReadOnlySpan<char> header)
    {
        FinishPeer();
        _section = Section.Unknown;
        ReadOnlySpan<char> name = header[^1] == ']' ? header[1..^1].Trim(Blanks) : default;
        if (name.Equals(ConfigurationKeys.InterfaceSection, StringComparison.OrdinalIgnoreCase))
        {
            _section = Section.Interface;
            if (_interfaceLine == 0) _interfaceLine = _lineNumber;
        }
        else if (name.Equals(ConfigurationKeys.PeerSection, StringComparison.OrdinalIgnoreCase))
        {
            _section = Section.Peer;
            _peer = new PeerConfiguration();
            _result.Peers.Add(_peer);
            _peerLine = _lineNumber;
            _peerKeys = 0;
        }
        else
        {
            Fail(header, "an unknown section: expected [Interface] or [Peer]");
        }
    }

    private void ReadValue(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        bool ofInterface = _section == Section.Interface;
        if (!ConfigurationKeys.TryFind(name, out ConfigurationKey key) || ConfigurationKeys.IsOfInterface(key) != ofInterface)
        {
            // The name is not repeated: a key pasted onto a line of its own looks like one.
            Fail(name, ofInterface ? "an unknown key in [Interface]" : "an unknown key in [Peer]");
            return;
        }
        ref uint seen = ref ofInterface ? ref _interfaceKeys : ref _peerKeys;
        if (Seen(seen, key) && !ConfigurationKeys.IsRepeatable(key))
        {
            Fail(name, $"{ConfigurationKeys.Name(key)} stands here a second time");
            return;
        }
        seen |= 1u << (int)key;
        if (ConfigurationKeys.IsCommand(key)) value = _line[(_line.IndexOf('=') + 1)..].Trim(Blanks);
        if (value.IsEmpty && key is not (ConfigurationKey.Address or ConfigurationKey.Dns or ConfigurationKey.AllowedIps))
        {
            Fail(name, $"{ConfigurationKeys.Name(key)} has no value");
            return;
        }
        ReadOnlySpan<char> culprit = value;
        string? reason = ofInterface
            ? InterfaceValues.Set(_result.Interface, key, value, ref culprit)
            : PeerValues.Set(_peer!, key, value, ref culprit);
        if (reason is not null) Fail(culprit.IsEmpty ? name : culprit, $"{ConfigurationKeys.Name(key)} is {reason}");
        else if (key == ConfigurationKey.PublicKey && !_peerLines.TryAdd(_peer!.PublicKey, _lineNumber))
        {
            Fail(value, $"PublicKey is that of the peer on line {_peerLines[_peer.PublicKey]} again");
        }
    }

    private void FinishPeer()
    {
        if (_section != Section.Peer || Seen(_peerKeys, ConfigurationKey.PublicKey)) return;
        Fail(_peerLine, 1, "the [Peer] section has no PublicKey");
    }

    private void Fail(ReadOnlySpan<char> where, string reason)
    {
        _line.Overlaps(where, out int offset);
        Fail(_lineNumber, offset + 1, reason);
    }

    private readonly void Fail(int line, int column, string reason)
    {
        if (_errors.Count < MaxErrors) _errors.Add(new ConfigurationError(line, column, reason));
    }

    private static bool Seen(uint keys, ConfigurationKey key) => (keys & (1u << (int)key)) != 0;
}
