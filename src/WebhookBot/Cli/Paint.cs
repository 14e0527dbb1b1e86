namespace WebhookBot.Cli;

/// <summary>Colours of what a person reads on a terminal, unless they have asked for none (https://no-color.org).</summary>
internal sealed class Paint(bool isOn)
{
    /// <summary>For standard output.</summary>
    public static Paint Out { get; } = new(
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

    public string Red(string text) => With(31, text);

    public string Green(string text) => With(32, text);

    public string Yellow(string text) => With(33, text);

    private string With(int colour, string text) => isOn ? $"\e[{colour}m{text}\e[0m" : text;
}
