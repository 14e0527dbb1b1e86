using System.Security.Cryptography;
using System.Text;

namespace WebhookBot.Rules.Planning;

/// <summary>Names an action so that the same decision on the same delivery always gives the same name.</summary>
public static class IdempotencyKey
{
    /// <summary>Thirty-two hexadecimal digits out of the delivery, the rule and the place of the step in it.</summary>
    public static string For(string deliveryId, string rule, string branch, int step)
    {
        var name = $"{deliveryId}\n{rule}\n{branch}\n{step}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
    }
}
