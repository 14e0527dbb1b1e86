using System.Buffers;
using System.Security.Cryptography;

namespace WebhookBot.Journal.LiteDb;

/// <summary>The ids that people and programs use.</summary>
internal static class DeliveryIds
{
    private const int Length = 26;
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static readonly SearchValues<char> s_harmless =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");

    /// <summary>Whether the sender's own id can stand in addresses, logs and file names as it is.</summary>
    public static bool IsHarmless(string senderId) =>
        senderId.Length is >= 16 and <= 64 && !senderId.AsSpan().ContainsAnyExcept(s_harmless);

    /// <summary>26 characters that sort by time: 10 of milliseconds, 16 of chance, in Crockford's digits.</summary>
    public static string New(DateTimeOffset now) =>
        string.Create(Length, now.ToUnixTimeMilliseconds(), static (to, time) =>
        {
            for (var i = 9; i >= 0; i--, time >>= 5)
            {
                to[i] = Digits[(int)(time & 31)];
            }

            Span<byte> chance = stackalloc byte[16];
            RandomNumberGenerator.Fill(chance);
            for (var i = 0; i < chance.Length; i++)
            {
                to[10 + i] = Digits[chance[i] & 31];
            }
        });

    /// <summary>The id at the reader's place when it is one of ours, or null when it is the sender's own.</summary>
    public static string? OwnId(in DeliveryEntry entry, PayloadReader names)
    {
        if (names.PeekStringLength() != Length)
        {
            return null;
        }

        var id = names.String();
        return ContentKey.Of(names.String(), id) != entry.DedupeKey ? id : null;
    }
}
