using System.Text;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>The paths in a body that a source's name, id and subject are made of, as a tree that one pass over the body walks.</summary>
internal sealed class BodyFields
{
    private readonly List<string> _paths = [];

    public BodyFields(IEnumerable<ValueTemplate> templates)
    {
        foreach (var part in templates.SelectMany(t => t.Parts).Where(p => p.Place == ValuePlace.Json))
        {
            if (!_paths.Contains(part.Text))
            {
                Root.Add(part.Text.Split('.'), _paths.Count);
                _paths.Add(part.Text);
            }
        }
    }

    public Node Root { get; } = new("");

    public int Count => _paths.Count;

    public int IndexOf(string path) => _paths.IndexOf(path);

    internal sealed class Node(string name)
    {
        private readonly byte[] _name = Encoding.UTF8.GetBytes(name);
        private readonly List<Node> _children = [];

        /// <summary>The number of the path that ends here; -1 when none does.</summary>
        public int Path { get; private set; } = -1;

        public void Add(ReadOnlySpan<string> segments, int path)
        {
            if (segments.IsEmpty)
            {
                Path = path;
                return;
            }

            var utf8 = Encoding.UTF8.GetBytes(segments[0]);
            var child = _children.Find(c => c._name.AsSpan().SequenceEqual(utf8));
            if (child is null)
            {
                _children.Add(child = new Node(segments[0]));
            }

            child.Add(segments[1..], path);
        }

        public Node? Find(ReadOnlySpan<byte> name)
        {
            foreach (var child in _children)
            {
                if (name.SequenceEqual(child._name))
                {
                    return child;
                }
            }

            return null;
        }
    }
}
