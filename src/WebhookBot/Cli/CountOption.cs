using System.CommandLine;
using System.Globalization;

namespace WebhookBot.Cli;

/// <summary>Options that take how many: a whole number from 1.</summary>
internal static class CountOption
{
    /// <summary>Refuses what is no such number.</summary>
    public static T AcceptCount<T>(this T option, int most = int.MaxValue)
        where T : Option
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n < 1 || n > most))
            {
                result.AddError($"{option.Name} takes a number from 1{(most == int.MaxValue ? "" : $" to {most}")}");
            }
        });
        return option;
    }
}
