using System.Buffers.Text;

namespace WebhookBot.Intake;

/// <summary>Base64 in the one way that a signature can be written: decoders pass over white space and over bits that are left at the end.</summary>
internal static class CanonicalBase64
{
    private const int Longest = 4096;

    /// <summary>The bytes; null when it is no base64, or could be written in another way.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Math.Min(text.Length, Longest)];
        return text.Length <= Longest && Convert.TryFromBase64Chars(text, bytes, out var written) && Convert.ToBase64String(bytes.AsSpan(0, written)).AsSpan().SequenceEqual(text)
            ? bytes[..written]
            : null;
    }

    /// <summary>The same for the alphabet of addresses, without padding.</summary>
    public static byte[]? DecodeUrl(ReadOnlySpan<char> text)
    {
        // What is not valid would not only fail to be decoded, but throw.
        if (text.Length > Longest || !Base64Url.IsValid(text))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        return Base64Url.EncodeToString(bytes).AsSpan().SequenceEqual(text) ? bytes : null;
    }
}
